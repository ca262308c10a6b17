import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  begun,
  complete,
  created,
  failed,
  generated,
  passed,
  planned,
  started,
} from '../../test/support/coding-facts.ts';
import { askerOn, twoModels } from '../../test/support/asking.ts';
import { type EventLog, eventLog } from '../../test/support/event-log.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import type { EventDraft } from '../events/index.ts';
import { type Step, withDerivedFacts } from '../orchestrator/index.ts';
import { evolveCoding } from './coding-evolve.ts';
import { type CodingState, initialCodingState } from './coding-state.ts';
import { type CodingTools, CodingWorkflow } from './coding-workflow.ts';
import { runTests } from './run-tests.ts';

const state = (...drafts: EventDraft[]): CodingState =>
  storedEvents('t', drafts).reduce(evolveCoding, initialCodingState('t'));
const stepOn = (seen: CodingState): Step<CodingState> => ({
  taskId: 't',
  state: seen,
  sequence: 1,
  idempotencyKey: 't:step',
  signal: new AbortController().signal,
  record: () => Promise.resolve(),
});
const paused: EventDraft = { eventType: 'TASK_PAUSED', data: { code: 'USER', reason: 'lunch', by: 'ada' } };
const report: EventDraft = {
  eventType: 'BUG_REPORT_RECEIVED',
  data: {
    report: { description: 'wrong', codeVersion: 1, vectorClock: { p: 99 }, codeHash: null },
    module: 'a.js',
    by: 'ada',
  },
};
const built = [created(), started, planned({ path: 'a.js' }), begun('a.js'), generated('a.js', 1)];
const done = [...built, passed('a.js'), complete('a.js'), passed(null)];

describe('the facts that are committed on a state', () => {
  // Nothing that is derived uses more of the tools than the name of who thinks.
  const workflow = new CodingWorkflow({ brain: twoModels } as CodingTools);
  const derived = (...facts: readonly EventDraft[]) =>
    withDerivedFacts(workflow, { state: state(...facts), newest: null }, [], { cause: null, now: '' }).map(
      ({ eventType }) => eventType,
    );

  it('are none that somebody has overtaken by a pause or a bug report [TK-6, TK-7]', () => {
    expect(derived(...done)).toEqual(['TASK_COMPLETE']);
    expect(derived(...done, paused)).toEqual([]);
    expect(derived(...done, report)).not.toContain('TASK_COMPLETE');
    const before = built.slice(0, 3);
    expect(derived(...before)[0]).toBe('MODULE_STARTED');
    expect(derived(...before, paused)).toEqual([]);
    expect(derived(...built, failed('a.js', 'x'))).not.toContain('TASK_FAILED');
  });

  const outcome = {
    results: [],
    passed: true,
    durationMs: 1,
    isolation: 'none',
    exitCode: 0,
    output: '',
    outputBytesCut: 0,
  };

  it('hold what a test run printed up to its last character, line or not [TK-2]', async () => {
    const printing = ({ onOutput }: { readonly onOutput: (chunk: string) => void }) => {
      for (const chunk of ['one\ntw', 'o']) onOutput(chunk);
      return Promise.resolve(outcome);
    };
    const runner = { run: printing } as unknown as CodingTools['runner'];
    const commit = await runTests('a.js', ['a.test.js'], stepOn(state(...built)), { runner, timeoutMs: 1000 });
    const printed = { eventType: 'TEST_OUTPUT', data: { module: 'a.js', text: 'one\ntwo' } };
    expect(commit(state(...built))[0]).toEqual(printed);
  });

  it('counts a test run for the code that it ran, and for no other [TK-2]', async () => {
    const runner = { run: () => Promise.resolve(outcome) } as unknown as CodingTools['runner'];
    const counted = async (module: string | null, seen: readonly EventDraft[], later: readonly EventDraft[]) => {
      const commit = await runTests(module, ['a.test.js'], stepOn(state(...seen)), { runner, timeoutMs: 1000 });
      return commit(state(...seen, ...later)).map(({ eventType }) => eventType);
    };
    const other = generated('a.js', 2);
    const byHand = { ...other, data: { ...other.data, codeHash: 'h2', callId: null } } as EventDraft;
    expect(await counted('a.js', built, [])).toEqual(['TEST_PASSED', 'MODULE_COMPLETE']);
    expect(await counted('a.js', built, [paused])).toEqual(['TEST_PASSED', 'MODULE_COMPLETE']);
    expect(await counted('a.js', built, [byHand])).toEqual([]);
    const complete1 = [...built, passed('a.js'), complete('a.js')];
    expect(await counted(null, complete1, [])).toEqual(['TEST_PASSED']);
    expect(await counted(null, complete1, [byHand])).toEqual([]);
  });
});

describe('a question that is put into words while the task goes on', () => {
  const asked = [created(), started, planned({ path: 'a.js' }, { path: 'b.js' }), begun('a.js'), begun('b.js')];
  const guidance: EventDraft = { eventType: 'USER_INTERVENTION', data: { guidance: 'no classes', by: 'ada' } };
  let log: EventLog;

  beforeEach(async () => (log = await eventLog()));
  afterEach(() => log.close());

  /** The facts that asking about a.js adds when these have come meanwhile. */
  async function added(...meanwhile: readonly EventDraft[]): Promise<readonly string[]> {
    const workflow = new CodingWorkflow({ brain: twoModels, asker: askerOn(log.events) } as CodingTools);
    const seen = state(...asked);
    const decision = workflow.decide(seen);
    const ask = decision.kind === 'act' ? decision.actions.find(({ key }) => key.includes('a.js')) : undefined;
    if (!ask) throw new Error('nothing is asked about a.js');
    await log.events.append('t', asked);
    const commit = await workflow.perform(ask, { ...stepOn(seen), sequence: asked.length });
    const later = storedEvents('t', [...asked, ...meanwhile]).slice(asked.length);
    return commit(later.reduce(evolveCoding, seen)).map(({ eventType }) => eventType);
  }

  it('is put when nothing that it is about has changed [TK-6]', async () => {
    expect(await added(generated('b.js', 1))).toEqual(['MODEL_CALL_REQUESTED']);
  });

  it('is put anew when people said something meanwhile, so that it holds what they said [TK-6]', async () => {
    expect(await added(guidance)).toEqual([]);
  });

  it('is not put when it is not due any more: the task is paused, or the file was written by others [TK-6]', async () => {
    expect(await added(paused)).toEqual([]);
    expect(await added(generated('a.js', 1))).toEqual([]);
  });
});
