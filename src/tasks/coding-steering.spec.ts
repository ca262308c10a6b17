import { describe, expect, it } from '@jest/globals';
import {
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
  source,
  started,
} from '../../test/support/coding-facts.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import { type EventDraft, projectTask, type StoredEvent } from '../events/index.ts';
import { acceptAnswer } from './accept-answer.ts';
import { decideCoding } from './coding-decide.ts';
import { evolveCoding } from './coding-evolve.ts';
import { type CodingState, initialCodingState } from './coding-state.ts';
import { basisOf } from './stale-basis.ts';

const eventsOf = (...drafts: EventDraft[]): readonly StoredEvent[] => storedEvents('t', drafts);
const given = (...drafts: EventDraft[]): CodingState =>
  eventsOf(...drafts).reduce(evolveCoding, initialCodingState('t'));
const next = (...drafts: EventDraft[]) => decideCoding(given(...drafts));
const waitsFor = (...drafts: EventDraft[]) => {
  const decision = next(...drafts);
  return decision.kind === 'wait' ? decision.wait.reason : decision;
};
const keys = (...drafts: EventDraft[]) => {
  const decision = next(...drafts);
  return decision.kind === 'act' ? decision.actions.map(({ key }) => key) : decision;
};

const paused: EventDraft = { eventType: 'TASK_PAUSED', data: { code: 'USER', reason: 'lunch', by: 'ada' } };
const resumed: EventDraft = { eventType: 'TASK_RESUMED', data: { by: 'ada' } };
const two = planned({ path: 'a.js' }, { path: 'b.js', dependsOn: ['a.js'] });
const built = [created(), started, two, begun('a.js'), generated('a.js', 1), passed('a.js'), complete('a.js')];
const report = (codeVersion: number, module = 'a.js'): EventDraft => ({
  eventType: 'BUG_REPORT_RECEIVED',
  data: {
    report: { description: 'counts one too many', codeVersion, vectorClock: { p: 99 }, codeHash: null },
    module,
    by: 'ada',
  },
});
const asked: EventDraft = {
  eventType: 'QUESTIONS_ASKED',
  data: { questions: ['Which separator?', 'Digits?'], callId: 'c' },
};

describe('a paused coding task', () => {
  it('begins nothing at any moment of its life, and goes on from there when it is resumed [TK-6]', () => {
    const life = [...built, begun('b.js'), requested('c', 'GenerateModule', 'b.js')];
    for (let length = 1; length <= life.length; length++) {
      const before = life.slice(0, length);
      expect(waitsFor(...before, paused)).toBe('paused');
      expect(next(...before, paused, resumed)).toEqual(next(...before));
    }
  });

  it('says so in its projection, and is what it was before when it goes on [EV-40]', () => {
    const state = (...drafts: EventDraft[]) => projectTask('t', eventsOf(...drafts));
    expect(state(created(), started, paused)).toMatchObject({
      status: 'paused',
      pause: { by: 'ada', reason: 'lunch' },
    });
    expect(state(created(), started, paused, resumed)).toMatchObject({ status: 'planning', pause: null });
    expect(state(created(), started, paused, two)).toMatchObject({ status: 'paused' });
    expect(state(created(), started, paused, two, resumed)).toMatchObject({ status: 'running', pause: null });
  });
});

describe('a planner that asks', () => {
  it('is answered before it plans, with question and answer in its next prompt [TK-8]', () => {
    const before = [created(), started, requested('c', 'PlanTask', null), asked];
    expect(waitsFor(...before)).toBe('awaitingAnswers');
    const answered: EventDraft = { eventType: 'QUESTIONS_ANSWERED', data: { answers: ['-', 'keep'], by: 'ada' } };
    const state = given(...before, answered);
    expect(state.answered).toEqual([
      { question: 'Which separator?', answer: '-' },
      { question: 'Digits?', answer: 'keep' },
    ]);
    expect(keys(...before, answered)).toEqual(['ask:plan:0']);
  });

  it('asks three times at most', () => {
    const rounds = Array.from({ length: 3 }, () => asked);
    const state = given(created(), started, ...rounds, requested('c', 'PlanTask', null), {
      eventType: 'MODEL_CALL_COMPLETED',
      data: {
        callId: 'c',
        answer: { objective: 'x', language: 'javascript', modules: [], questions: ['Again?'] },
        by: 'm',
        model: 'm',
        usage: null,
        durationMs: 1,
        attempts: 1,
      },
    });
    expect(acceptAnswer('c')(state)).toMatchObject([{ eventType: 'MODEL_ANSWER_REJECTED' }]);
  });
});

describe('a plan that has to be approved', () => {
  const approved: EventDraft = { eventType: 'PLAN_APPROVED', data: { planHash: 'h', by: 'ada' } };
  const edited = (description: string): EventDraft => ({
    eventType: 'PLAN_EDITED',
    data: {
      plan: { objective: 'o', language: 'javascript', modules: [{ path: 'a.js', description, dependsOn: [] }] },
      replaces: 'h',
      removed: [],
      by: 'ada',
    },
  });
  const proposed = [created({ requireApproval: true }), started, two];

  it('is not built before, and has to be approved again when it was edited [EP-4]', () => {
    expect(waitsFor(...proposed)).toBe('awaitingApproval');
    expect(keys(...proposed, approved)).toEqual(['start:a.js']);
    expect(waitsFor(...proposed, approved, edited('other'))).toBe('awaitingApproval');
    expect(keys(...proposed, approved, edited('other'), approved)).toEqual(['start:a.js']);
  });

  it('is made anew with the reason when it is rejected [EP-4]', () => {
    const rejected: EventDraft = {
      eventType: 'PLAN_REJECTED',
      data: { planHash: 'h', reason: 'one file', removed: [], by: 'ada' },
    };
    expect(keys(...proposed, rejected)).toEqual(['ask:plan:0']);
    expect(given(...proposed, rejected).planProblems).toEqual(['Refused by ada: one file']);
    expect(waitsFor(...proposed, rejected, two)).toBe('awaitingApproval');
  });
});

describe('a bug report', () => {
  it('for the code as it is starts a correction, also of a module that is complete [TK-7]', () => {
    expect(keys(...built, report(1))).toEqual(['correct:a.js']);
    expect(given(...built, report(1)).modules.get('a.js')).toMatchObject({
      phase: 'failed',
      failure: { problem: 'Bug report: counts one too many' },
    });
    const mended = [...built, report(1), correcting('a.js', 1), corrected('a.js', 1, 2)];
    expect(given(...mended).modules.get('a.js')).toMatchObject({ phase: 'verify', reports: [] });
  });

  it('for code that is gone changes nothing [TK-7, EV-50]', () => {
    const newer = [...built, begun('b.js'), generated('b.js', 2)];
    expect(next(...newer, report(1))).toEqual(next(...newer));
  });

  it('does not use up the corrections that a module is allowed [TK-7, TK-3]', () => {
    const facts: EventDraft[] = [created(), started, planned({ path: 'a.js' }), begun('a.js'), generated('a.js', 1)];
    for (let iteration = 1; iteration <= 5; iteration++) {
      facts.push(failed('a.js', `test ${iteration}`), correcting('a.js', iteration));
      facts.push(corrected('a.js', iteration, iteration + 1));
    }
    facts.push(passed('a.js'), complete('a.js'), report(6));
    expect(keys(...facts)).toEqual(['correct:a.js']);
  });
});

describe('an answer that is built on facts that moved', () => {
  const state = (basis: Readonly<Record<string, string>> | undefined, ...after: EventDraft[]) => {
    const request = requested('c', 'GenerateModule', 'b.js');
    const data = { ...request.data, ...(basis ? { basis } : {}) };
    const answer: EventDraft = {
      eventType: 'MODEL_CALL_COMPLETED',
      data: {
        callId: 'c',
        answer: { path: 'b.js', code: 'x' },
        by: 'm',
        model: 'm',
        usage: null,
        durationMs: 1,
        attempts: 1,
      },
    };
    return given(...built, begun('b.js'), { ...request, data } as EventDraft, ...after, answer);
  };
  const basis = basisOf(given(...built, begun('b.js')), 'b.js');
  const moved: EventDraft = {
    eventType: 'CODE_GENERATED',
    codeVersion: 2,
    data: { module: 'a.js', files: [source('a.js', 'other')], codeHash: 'h2', callId: null, by: 'ada' },
  };

  it('is noticed and asked anew, never merged [TK-2]', () => {
    expect(Object.keys(basis)).toEqual(['a.js', 'b.test.js']);
    expect(acceptAnswer('c')(state(basis))).toMatchObject([{ eventType: 'CODE_GENERATED' }]);
    expect(acceptAnswer('c')(state(basis, moved))).toEqual([
      { eventType: 'MODEL_ANSWER_STALE', data: { callId: 'c', moved: ['a.js'] } },
    ]);
  });

  it('is used where an old log does not say what it is built on', () => {
    expect(acceptAnswer('c')(state(undefined, moved))).toMatchObject([{ eventType: 'CODE_GENERATED' }]);
  });
});
