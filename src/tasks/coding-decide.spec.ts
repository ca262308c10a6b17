import { describe, expect, it } from '@jest/globals';
import {
  answered,
  begun,
  complete,
  corrected,
  correcting,
  created,
  failed,
  generated,
  passed,
  planned,
  requested,
  started,
  testFile,
} from '../../test/support/coding-facts.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import type { EventDraft } from '../events/index.ts';
import { type CodingAction, decideCoding } from './coding-decide.ts';
import { evolveCoding } from './coding-evolve.ts';
import { type CodingState, initialCodingState } from './coding-state.ts';

function given(...drafts: EventDraft[]): CodingState {
  return storedEvents('t', drafts).reduce(evolveCoding, initialCodingState('t'));
}

function due(...drafts: EventDraft[]): readonly CodingAction[] {
  const decision = decideCoding(given(...drafts));
  if (decision.kind !== 'act') throw new Error(`expected actions, but the task is ${JSON.stringify(decision)}`);
  return decision.actions;
}

const keys = (...drafts: EventDraft[]) => due(...drafts).map((action) => action.key);
const two = planned({ path: 'a.js' }, { path: 'b.js', dependsOn: ['a.js'] });

describe('a coding task', () => {
  it('starts, plans, and begins the modules that need nothing, in parallel [TK-1, OR-31]', () => {
    expect(keys(created())).toEqual(['start']);
    expect(due(created(), started)).toMatchObject([{ kind: 'ask', question: { signature: 'PlanTask' } }]);
    expect(keys(created(), started, planned({ path: 'a.js' }, { path: 'b.js' }))).toEqual(['start:a.js', 'start:b.js']);
    expect(keys(created(), started, two)).toEqual(['start:a.js']);
  });

  it('writes code, tests it, and goes on to what depends on it [TK-1]', () => {
    const before = [created(), started, two, begun('a.js')];
    expect(due(...before)).toMatchObject([{ question: { signature: 'GenerateModule', module: 'a.js' } }]);
    const asked = [...before, requested('c', 'GenerateModule', 'a.js')];
    expect(due(...asked)).toMatchObject([{ kind: 'call', callId: 'c' }]);
    expect(due(...asked, answered('c'))).toMatchObject([{ kind: 'accept', callId: 'c' }]);
    const written = [...asked, answered('c'), generated('a.js', 1)];
    expect(due(...written)).toMatchObject([{ kind: 'test', module: 'a.js', files: ['a.test.js'] }]);
    expect(keys(...written, passed('a.js'), complete('a.js'))).toEqual(['start:b.js']);
  });

  it('has tests written first where the caller gives none [TK-4]', () => {
    const before = [created({ files: [] }), started, planned({ path: 'a.js' }), begun('a.js')];
    expect(due(...before)).toMatchObject([{ question: { signature: 'WriteTests', module: 'a.js' } }]);
    const tests: EventDraft = {
      eventType: 'TESTS_WRITTEN',
      data: { module: 'a.js', files: [testFile('a.test.js')], callId: 'c' },
    };
    expect(due(...before, tests)).toMatchObject([{ question: { signature: 'GenerateModule', module: 'a.js' } }]);
  });

  it('corrects what fails and tests it again [TK-1]', () => {
    const red = [created(), started, two, begun('a.js'), generated('a.js', 1), failed('a.js', 'a.test.js')];
    expect(due(...red)).toEqual([{ kind: 'startCorrection', key: 'correct:a.js', module: 'a.js' }]);
    const correction = { question: { signature: 'CorrectModule', module: 'a.js' } };
    expect(due(...red, correcting('a.js', 1))).toMatchObject([correction]);
    expect(due(...red, correcting('a.js', 1), corrected('a.js', 1, 2))).toMatchObject([
      { kind: 'test', module: 'a.js' },
    ]);
  });

  it('pauses and asks when a module was corrected as often as its own limit allows [TK-3, LM-6]', () => {
    const red: EventDraft[] = [
      created({ limits: { maxIterations: 2 } }),
      started,
      two,
      begun('a.js'),
      generated('a.js', 1),
    ];
    red.push(failed('a.js', 'one'), correcting('a.js', 1), corrected('a.js', 1, 2), failed('a.js', 'two'));
    expect(keys(...red)).toEqual(['correct:a.js']);
    red.push(correcting('a.js', 2), corrected('a.js', 2, 3), failed('a.js', 'three'));
    expect(due(...red)).toEqual([
      {
        kind: 'pause',
        key: 'pause',
        code: 'LIMIT_ITERATIONS',
        reason: 'a.js fails after 2 corrections, as many as the task allows: three works: 1 is not 2.',
      },
    ]);
    const more: EventDraft = { eventType: 'TASK_RESUMED', data: { by: 'ada', limits: { maxIterations: 3 } } };
    expect(keys(...red, more)).toEqual(['correct:a.js']);
  });

  it('allows five corrections by default, as long as they change what fails [TK-3]', () => {
    const red: EventDraft[] = [created(), started, two, begun('a.js'), generated('a.js', 1), failed('a.js', 'test 0')];
    for (let iteration = 1; iteration <= 5; iteration++) {
      expect(keys(...red)).toEqual(['correct:a.js']);
      red.push(
        correcting('a.js', iteration),
        corrected('a.js', iteration, iteration + 1),
        failed('a.js', `test ${iteration}`),
      );
    }
    expect(due(...red)).toMatchObject([{ kind: 'fail', code: 'TESTS_STILL_FAIL' }]);
  });

  it('counts corrections that bring nothing, and gives up after three of them [TK-3]', () => {
    const stallsAfter = (...runs: (readonly string[])[]) => {
      const [first = [], ...later] = runs;
      const red: EventDraft[] = [
        created(),
        started,
        two,
        begun('a.js'),
        generated('a.js', 1),
        failed('a.js', ...first),
      ];
      later.forEach((failing, index) =>
        red.push(correcting('a.js', index + 1), corrected('a.js', index + 1, index + 2), failed('a.js', ...failing)),
      );
      return { stalls: given(...red).modules.get('a.js')?.stalls, next: due(...red) };
    };
    expect(stallsAfter(['x', 'y'], ['x']).stalls).toBe(0);
    expect(stallsAfter(['x', 'y'], ['y', 'z']).stalls).toBe(0);
    expect(stallsAfter(['x'], ['x']).stalls).toBe(1);
    expect(stallsAfter(['x'], ['x', 'y'], ['y']).stalls).toBe(0);
    expect(stallsAfter(['x'], []).stalls).toBe(1);
    expect(stallsAfter([], ['x']).stalls).toBe(0);
    expect(stallsAfter(['x'], ['x'], ['x', 'y'], ['x', 'y']).next).toMatchObject([
      { kind: 'fail', code: 'NO_PROGRESS' },
    ]);
  });

  it('runs the whole suite once all modules are complete, and only then is complete [TK-1]', () => {
    const done = [
      created(),
      started,
      two,
      generated('a.js', 1),
      complete('a.js'),
      generated('b.js', 2),
      complete('b.js'),
    ];
    expect(due(...done)).toMatchObject([{ kind: 'test', module: null, files: ['a.test.js', 'b.test.js'] }]);
    expect(keys(...done, passed(null))).toEqual(['complete']);
  });

  it('sends the module back whose test fails in the suite [TK-1]', () => {
    const red = [
      created(),
      started,
      two,
      generated('a.js', 1),
      complete('a.js'),
      generated('b.js', 2),
      complete('b.js'),
      failed(null, 'a.test.js'),
    ];
    expect(keys(...red)).toEqual(['correct:a.js']);
    const mended = [...red, correcting('a.js', 1), corrected('a.js', 1, 3), passed('a.js'), complete('a.js')];
    expect(due(...mended)).toMatchObject([{ kind: 'test', module: null }]);
  });

  it('waits for whoever claims the work items of a delegated model, and for the time of an outage [LM-7, OR-30]', () => {
    const before = [created(), started, two, begun('a.js')];
    expect(decideCoding(given(...before, requested('c', 'GenerateModule', 'a.js', null)))).toMatchObject({
      kind: 'wait',
      wait: { reason: 'awaitingModel', until: null },
    });
    const until = '2026-01-01T01:00:00.000Z';
    const outage: EventDraft = {
      eventType: 'MODEL_CALL_FAILED',
      data: { callId: 'c', code: 'LLM_UNAVAILABLE', reason: 'connection refused', remedy: 'later', retryAt: until },
    };
    const parked = [...before, requested('c', 'GenerateModule', 'a.js'), outage];
    expect(decideCoding(given(...parked))).toEqual({
      kind: 'wait',
      wait: { reason: 'modelUnavailable', detail: 'connection refused', until },
    });
    const elapsed: EventDraft = { eventType: 'WAIT_ELAPSED', data: { reason: 'modelUnavailable', until } };
    expect(keys(...parked, elapsed)).toEqual(['call:c:1']);
  });

  it('asks anew after an unusable answer, and gives up after five in a row [LM-3]', () => {
    const drafts = [created(), started, two, begun('a.js')];
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect(keys(...drafts)).toEqual(['ask:a.js']);
      drafts.push(requested(`c${attempt}`, 'GenerateModule', 'a.js'), {
        eventType: 'MODEL_CALL_FAILED',
        data: {
          callId: `c${attempt}`,
          code: 'LLM_ANSWER_INVALID',
          reason: 'no JSON',
          remedy: 'differently',
          retryAt: null,
        },
      });
    }
    expect(given(...drafts).modules.get('a.js')?.problems).toEqual(['no JSON']);
    expect(due(...drafts)).toMatchObject([{ kind: 'fail', code: 'ANSWERS_UNUSABLE' }]);
  });

  it('has a refused plan made anew three times at most', () => {
    const drafts = [created(), started];
    for (const callId of ['p1', 'p2', 'p3']) {
      expect(due(...drafts)).toMatchObject([{ question: { signature: 'PlanTask' } }]);
      drafts.push(requested(callId, 'PlanTask', null), answered(callId), {
        eventType: 'MODEL_ANSWER_REJECTED',
        data: { callId, issues: ['modules: a circle'] },
      });
    }
    expect(due(...drafts)).toMatchObject([{ kind: 'fail', code: 'PLAN_UNUSABLE' }]);
  });

  it('fails at once when no further try can help, and pauses when its tokens are used up [LM-6]', () => {
    const before = [
      created({ limits: { maxTokens: 50 } }),
      started,
      two,
      begun('a.js'),
      requested('c', 'GenerateModule', 'a.js'),
    ];
    const never: EventDraft = {
      eventType: 'MODEL_CALL_FAILED',
      data: { callId: 'c', code: 'LLM_RECORDING_MISS', reason: 'not recorded', remedy: 'never', retryAt: null },
    };
    expect(due(...before, never)).toMatchObject([{ kind: 'fail', code: 'LLM_RECORDING_MISS' }]);
    expect(due(...before, answered('c', 51))).toMatchObject([{ kind: 'pause', code: 'LIMIT_TOKENS' }]);
  });

  it('is over when it is over, whatever comes late', () => {
    const cancelled: EventDraft = { eventType: 'TASK_CANCELLED', data: { by: 'ann', reason: '' } };
    const late = given(created(), started, two, cancelled, generated('a.js', 1), {
      eventType: 'TASK_COMPLETE',
      data: { summary: '' },
    });
    expect(decideCoding(late)).toEqual({ kind: 'done', outcome: 'cancelled' });
    expect(late.codeVersion).toBe(0);
  });
});
