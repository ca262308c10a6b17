import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type EventLog, eventLog } from '../../test/support/event-log.ts';
import { StepWorkflow } from '../../test/support/step-workflow.ts';
import { TaskRun } from './task-run.ts';
import { type Lease, moves } from './work-moves.ts';
import { WorkTable } from './work-table.ts';
import { workMigrations } from './work-schema.ts';
import type { Workflow } from './workflow.ts';

let log: EventLog;
let work: WorkTable;

beforeEach(async () => {
  log = await eventLog();
  await log.database.migrate('orchestrator', workMigrations);
  work = new WorkTable(log.database);
});

afterEach(() => log.close());

async function claimed(steps: number): Promise<Lease> {
  const row = { taskId: 't', workflow: 'steps', priority: 20, timeoutMs: 10_000, dependsOn: [], submitter: '' };
  await log.events.append('t', [{ eventType: 'TEST_TASK', data: { steps, parallel: false } }], {
    alongside: moves.enqueue(row, 100),
  });
  const lease = await work.claim('test', 5);
  if (!lease) throw new Error('nothing to claim');
  return lease;
}

it('commits a step on the facts as they are then, even when nobody told it that some were added [OR-30, EV-22]', async () => {
  const lease = await claimed(1);
  const steps = new StepWorkflow(async () => {
    await log.events.append('t', [{ eventType: 'TEST_NOTE', data: { text: 'meanwhile' } }]);
  });
  const seen: string[] = [];
  const watched: Workflow<ReturnType<StepWorkflow['initial']>, { key: string; step: number }> = {
    name: 'steps',
    adopt: (fact, before) => steps.adopt(fact, before),
    initial: () => steps.initial(),
    evolve: (state, event) => steps.evolve(state, event),
    decide: (state) => steps.decide(state),
    fail: (state, failure) => steps.fail(state, failure),
    perform: async (action, step) => {
      const commit = await steps.perform(action, step);
      return (state) => {
        if (action.step === 1) seen.push(state.notes.join());
        return commit(state);
      };
    },
  };
  // A subscription that never says anything: only the store's refusal tells the run that it does not know everything.
  log.events.subscribe = async function* ({ signal }) {
    await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    yield [];
  };
  await expect(new TaskRun(watched, lease, log.events, Date.now).run()).resolves.toMatchObject({
    outcome: 'completed',
  });
  expect(seen).toEqual(['', 'meanwhile']);
  const types = (await log.events.getEvents('t')).map((event) => event.eventType);
  expect(types).toEqual(['TEST_TASK', 'TEST_NOTE', 'TEST_STEP_DONE', 'TASK_COMPLETE']);
});

it.each(['TASK_COMPLETE', 'TASK_FAILED'])(
  'goes back to the queue where it was opened again between %s and the closing of its row [OR-30]',
  async (end) => {
    const lease = { ...(await claimed(1)), ...(end === 'TASK_FAILED' ? { timeoutMs: 0 } : {}) };
    const steps = new StepWorkflow();
    const evolve = steps.evolve.bind(steps);
    steps.evolve = (state, event) =>
      event.eventType === 'TEST_NOTE' ? { ...state, outcome: null } : evolve(state, event);
    const append = log.events.append.bind(log.events);
    log.events.append = async (taskId, drafts, options) => {
      const stored = await append(taskId, drafts, options);
      const note = { eventType: 'TEST_NOTE', data: { text: 'once more' } } as const;
      if (drafts[0]?.eventType === end) await append(taskId, [note], { alongside: [moves.reopen(taskId)] });
      return stored;
    };
    await expect(new TaskRun(steps, lease, log.events, Date.now).run()).resolves.toEqual({ kind: 'requeued' });
    expect(await work.find('t')).toMatchObject({ status: 'queued' });
  },
);

it('parks only if nothing came since the decision to wait [OR-30]', async () => {
  const lease = await claimed(1);
  const steps = new StepWorkflow();
  let decisions = 0;
  const decide = steps.decide.bind(steps);
  steps.decide = (state) => {
    decisions += 1;
    if (decisions === 1) return { kind: 'wait', wait: { reason: 'awaitingAnswers', detail: '', until: null } };
    return decide(state);
  };
  const append = log.events.append.bind(log.events);
  log.events.append = async (taskId, drafts, options) => {
    // The fact that ends the wait is committed after the decision to wait, and before the row is parked.
    if (decisions === 1 && drafts.length === 0)
      await append(taskId, [{ eventType: 'TEST_NOTE', data: { text: 'go' } }]);
    return append(taskId, drafts, options);
  };
  await expect(new TaskRun(steps, lease, log.events, Date.now).run()).resolves.toMatchObject({ kind: 'done' });
  expect(decisions).toBeGreaterThan(1);
});

it('records that a wait is over, once, when its time has come [OR-30]', async () => {
  const lease = await claimed(1);
  const steps = new StepWorkflow();
  const until = '2026-01-01T00:00:00.000Z';
  const decide = steps.decide.bind(steps);
  let waited = false;
  steps.evolve = ((evolve) => (state, event) => {
    waited ||= event.eventType === 'WAIT_ELAPSED';
    return evolve(state, event);
  })(steps.evolve.bind(steps));
  steps.decide = (state) =>
    waited ? decide(state) : { kind: 'wait', wait: { reason: 'modelUnavailable', detail: '', until } };
  await expect(new TaskRun(steps, lease, log.events, () => Date.parse(until) - 1).run()).resolves.toEqual({
    kind: 'parked',
  });
  expect(await work.find('t')).toMatchObject({ status: 'waiting', wait: { reason: 'modelUnavailable', until } });
  await work.wakeDue(Date.parse(until));
  const again = await work.claim('test', 5);
  if (!again) throw new Error('the task was not woken');
  await expect(new TaskRun(steps, again, log.events, () => Date.parse(until)).run()).resolves.toMatchObject({
    kind: 'done',
  });
  const elapsed = await log.events.getEvents('t', { types: ['WAIT_ELAPSED'] });
  expect(elapsed.map((event) => event.data)).toEqual([{ reason: 'modelUnavailable', until }]);
});
