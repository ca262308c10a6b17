import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { storedEvent } from '../../../test/support/job-facts.ts';
import type { EventDraft } from '../../events/index.ts';
import { foresee } from '../../orchestrator/index.ts';
import { TaskGraph } from '../graph/task-graph.ts';
import type { ToDoInput } from '../graph/to-do.ts';
import { hashOfStep } from './filled-step.ts';
import { initialJobState, type JobState } from './job-state.ts';
import { decideJob, JobWorkflow } from './job-workflow.ts';
import { backoffMs, failedAttempt, lostAssignment, MAX_LOSSES } from './step-facts.ts';

const now = Date.parse('2026-11-24T12:00:00.000Z');
const workflow = new JobWorkflow({ clock: () => now, plan: () => Promise.reject(new Error('there is no model')) });

function created(steps: readonly ToDoInput[], more: object = {}): EventDraft {
  const data = {
    intent: '',
    request: null,
    params: {},
    steps: TaskGraph.build(steps).steps,
    priority: 20,
    maxRetries: 1,
    stepTimeoutMs: 60_000,
    approvalTimeoutMs: 60_000,
    backoffMs: 1000,
    approvals: {},
    metadata: {},
    ...more,
  };
  return { eventType: 'JOB_CREATED', data };
}

/** What follows from a state and some facts, and the state after it. */
function after(state: JobState, ...drafts: EventDraft[]) {
  const deriving = { cause: null, now: new Date(now).toISOString() };
  return foresee(workflow, { state, newest: null }, drafts, deriving);
}

const begin = (steps: readonly ToDoInput[], more: object = {}) => after(initialJobState('j'), created(steps, more));

const assigned = (step: string, lease = step): EventDraft => ({
  eventType: 'STEP_ASSIGNED',
  data: { step, attempt: 1, agentId: 'a', lease, deadline: '2026-11-24T12:01:00.000Z', chosenBy: 'load' },
});

const done = (step: string, result: number | null = null): EventDraft => ({
  eventType: 'STEP_DONE',
  data: { step, lease: step, agentId: 'a', result, durationMs: 1 },
});

const elapsed = (until: string): EventDraft => ({ eventType: 'WAIT_ELAPSED', data: { reason: '', until } });

const phases = ({ steps }: JobState) => Object.fromEntries([...steps].map(([id, { phase }]) => [id, phase]));
const types = (drafts: readonly EventDraft[]) => drafts.map(({ eventType }) => eventType);

describe('the job workflow (JB-7, OR-30; unit list 2.6)', () => {
  it('looks for agents for all ready steps at once, and for the next when these are done', () => {
    const { state, drafts } = begin([
      { id: 'a', action: 'x' },
      { id: 'b', action: 'x' },
      { id: 'c', action: 'x', dependsOn: ['a', 'b'] },
    ]);
    expect(types(drafts)).toEqual(['JOB_CREATED', 'JOB_STARTED', 'STEP_DISCOVERED', 'STEP_DISCOVERED']);
    const half = after(state, assigned('a'), done('a'));
    expect(phases(half.state)).toEqual({ a: 'done', b: 'discovery', c: 'pending' });
    const whole = after(half.state, assigned('b'), done('b'));
    expect(types(whole.drafts)).toEqual(['STEP_ASSIGNED', 'STEP_DONE', 'STEP_DISCOVERED']);
    expect(types(after(whole.state, assigned('c'), done('c')).drafts)).toEqual([
      'STEP_ASSIGNED',
      'STEP_DONE',
      'JOB_DONE',
    ]);
  });

  it('says what it waits for: people first, then agents, then time', () => {
    const { state } = begin([
      { id: 'a', action: 'x' },
      { id: 'b', action: 'x', approvals: 2 },
    ]);
    expect(decideJob(state)).toMatchObject({ kind: 'wait', wait: { reason: 'awaitingApproval' } });
    const lone = begin([{ id: 'a', action: 'x' }]).state;
    expect(decideJob(lone)).toMatchObject({
      wait: { reason: 'awaitingAgent', detail: 'Step a: It looks for an agent that can x.', until: null },
    });
    expect(decideJob(after(lone, assigned('a')).state)).toMatchObject({
      wait: { reason: 'awaitingAgent', until: '2026-11-24T12:01:00.000Z' },
    });
  });

  it('takes a step from an agent that does not answer until its deadline, and tries again after a pause [JB-4]', () => {
    const { state } = after(begin([{ id: 'a', action: 'x' }]).state, assigned('a'));
    expect(types(after(state, elapsed('2026-11-24T12:00:59.000Z')).drafts)).toEqual(['WAIT_ELAPSED']);
    const late = after(state, elapsed('2026-11-24T12:01:00.000Z'));
    expect(late.drafts[1]).toMatchObject({
      eventType: 'STEP_FAILED',
      data: { code: 'STEP_TIMEOUT', retryAt: '2026-11-24T12:01:01.000Z' },
    });
    expect(decideJob(late.state)).toMatchObject({
      wait: { reason: 'awaitingRetry', until: '2026-11-24T12:01:01.000Z' },
    });
    const again = after(late.state, elapsed('2026-11-24T12:01:01.000Z'));
    expect(again.drafts[1]).toMatchObject({ eventType: 'STEP_DISCOVERED', data: { attempt: 2 } });
  });

  it('pauses twice as long after each failure, up to five minutes [JB-4]', () => {
    expect([0, 1, 2, 3].map((failures) => backoffMs(1000, failures))).toEqual([1000, 2000, 4000, 8000]);
    expect(backoffMs(1000, 1000)).toBe(300_000);
  });

  it('has no more retries than the step says, or else the job, and none for what cannot help [JB-4]', () => {
    const { state } = after(begin([{ id: 'a', action: 'x', retries: 0 }]).state, assigned('a'));
    const record = state.steps.get('a');
    if (!record) throw new Error('no step');
    const failure = { code: 'X', reason: 'x', retryable: true };
    expect(failedAttempt(state, record, failure, now)).toMatchObject({ data: { retryAt: null } });
    const other = after(begin([{ id: 'a', action: 'x' }]).state, assigned('a')).state;
    const retried = other.steps.get('a');
    if (!retried) throw new Error('no step');
    expect(failedAttempt(other, retried, failure, now)).toMatchObject({
      data: { retryAt: '2026-11-24T12:00:01.000Z' },
    });
    expect(failedAttempt(other, retried, { ...failure, retryable: false }, now)).toMatchObject({
      data: { retryAt: null },
    });
  });

  it('hands a step whose agents are lost to others, but not for ever [JB-6]', () => {
    let { state } = begin([{ id: 'a', action: 'x' }], { maxRetries: 0 });
    for (let loss = 0; loss <= MAX_LOSSES; loss++) {
      state = after(state, assigned('a', `lease-${loss}`)).state;
      const record = state.steps.get('a');
      if (!record) throw new Error('no step');
      state = after(state, lostAssignment(state, record, 'gone', now)).state;
    }
    expect(state).toMatchObject({ outcome: 'failed', error: { code: 'AGENTS_LOST' } });
  });

  it('follows the rules of edges where a step fails: skip, or run in its place [JB-2, JB-12]', () => {
    const { state } = begin(
      [
        { id: 'a', action: 'x' },
        { id: 'b', action: 'x', dependsOn: [{ step: 'a', onFailure: 'skip' }] },
        { id: 'c', action: 'x', dependsOn: [{ step: 'a', onDone: 'skip', onFailure: 'run' }] },
      ],
      { maxRetries: 0 },
    );
    const given = after(state, assigned('a')).state;
    const record = given.steps.get('a');
    if (!record) throw new Error('no step');
    const failed = after(given, failedAttempt(given, record, { code: 'X', reason: 'x', retryable: true }, now));
    expect(phases(failed.state)).toEqual({ a: 'failed', b: 'skipped', c: 'discovery' });
    expect(after(failed.state, assigned('c'), done('c')).state.outcome).toBe('completed');
  });

  it('fails with the first cause where nobody takes over, and begins anew where a person says so [JB-5]', () => {
    const { state } = begin(
      [
        { id: 'a', action: 'x' },
        { id: 'b', action: 'x' },
        { id: 'c', action: 'x', dependsOn: ['a', 'b'] },
      ],
      { maxRetries: 0 },
    );
    const given = after(state, assigned('a'), done('a'), assigned('b')).state;
    const record = given.steps.get('b');
    if (!record) throw new Error('no step');
    const failed = after(given, failedAttempt(given, record, { code: 'X', reason: 'broken', retryable: true }, now));
    expect(failed.drafts.at(-1)).toMatchObject({
      eventType: 'JOB_FAILED',
      data: { code: 'X', reason: 'Step b: broken', steps: ['b', 'c'] },
    });
    const again = after(failed.state, { eventType: 'JOB_RETRIED', data: { by: 'ada', priority: 20 } });
    expect(phases(again.state)).toEqual({ a: 'done', b: 'discovery', c: 'pending' });
    expect(again.state.outcome).toBeNull();
  });

  it('absorbs what comes after the end, also a retry of what is done or cancelled [OR-32]', () => {
    const given = begin([{ id: 'a', action: 'x' }]).state;
    const ends: readonly EventDraft[] = [
      { eventType: 'JOB_CANCELLED', data: { by: 'ada', reason: '' } },
      { eventType: 'JOB_DONE', data: { summary: '' } },
    ];
    for (const end of ends) {
      const over = after(given, end).state;
      const late = [assigned('a'), done('a'), { eventType: 'JOB_RETRIED', data: { by: 'x', priority: 1 } } as const];
      for (const draft of late) expect(after(over, draft).state).toEqual(over);
    }
  });

  it('asks people about a step as it stands, and anew when it has changed meanwhile [JB-8]', () => {
    const { state, drafts } = begin([
      { id: 'a', action: 'x' },
      { id: 'b', action: 'x', approvals: 1, params: { sum: '{{steps.a.result}}' }, dependsOn: ['a'] },
    ]);
    expect(types(drafts)).not.toContain('APPROVAL_REQUESTED');
    const asked = after(state, assigned('a'), done('a', 7));
    const question = asked.drafts.at(-1);
    expect(question).toMatchObject({
      eventType: 'APPROVAL_REQUESTED',
      data: { step: 'b', params: { sum: 7 }, needed: 1 },
    });
    const approvalId = question?.eventId ?? '';
    const edited = after(asked.state, {
      eventType: 'STEP_EDITED',
      data: { step: 'b', selector: null, text: null, params: { sum: 8 }, by: 'eve' },
    });
    expect(edited.drafts.at(-1)).toMatchObject({ eventType: 'APPROVAL_REQUESTED', data: { params: { sum: 8 } } });
    const stale = after(edited.state, { eventType: 'APPROVAL_GIVEN', data: { approvalId, step: 'b', by: 'ada' } });
    expect(types(stale.drafts)).toEqual(['APPROVAL_GIVEN']);
    const newest = edited.drafts.at(-1)?.eventId ?? '';
    const given = after(stale.state, {
      eventType: 'APPROVAL_GIVEN',
      data: { approvalId: newest, step: 'b', by: 'ada' },
    });
    expect(types(given.drafts)).toEqual(['APPROVAL_GIVEN', 'STEP_DISCOVERED']);
  });

  it('fails a step that nobody approves in time [JB-8]', () => {
    const { state } = begin([{ id: 'a', action: 'x', approvals: 2 }]);
    const late = after(state, elapsed('2026-11-24T12:01:00.000Z'));
    expect(late.state).toMatchObject({ outcome: 'failed', error: { code: 'APPROVAL_TIMEOUT' } });
  });

  it('fails a step whose reference has no result, and says which', () => {
    const { state } = begin([
      { id: 'a', action: 'x' },
      { id: 'b', action: 'x', params: { sum: '{{steps.a.result.total}}' }, dependsOn: ['a'] },
    ]);
    const failed = after(state, assigned('a'), done('a', 7)).state;
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'JOBS_RESULT_MISSING' } });
  });

  it('names a step by what it does, whatever the order of its fields', () => {
    const [one, other] = TaskGraph.build([
      { id: 'a', action: 'x', params: { p: 1, q: { r: 1, s: 2 } } },
      { id: 'b', action: 'x', params: { q: { s: 2, r: 1 }, p: 1 } },
    ]).steps;
    expect(one && hashOfStep(one)).toBe(other && hashOfStep(other));
  });

  it('folds the same state from any stored stream, and decides on every prefix without effect [OR-33]', () => {
    const { drafts, state } = begin([{ id: 'a', action: 'x' }]);
    const events = drafts.map((draft, index) => storedEvent('j', draft, index + 1));
    let folded = workflow.initial('j');
    for (const event of events) {
      folded = workflow.evolve(folded, event);
      expect(() => decideJob(folded)).not.toThrow();
    }
    expect(phases(folded)).toEqual(phases(state));
  });
});

describe('random graphs (JB-2, JB-7)', () => {
  /** Steps that only depend on earlier ones, in any shape. */
  const graphs = fc
    .integer({ min: 1, max: 12 })
    .chain((size) =>
      fc.tuple(
        ...Array.from({ length: size }, (_, index) =>
          fc.subarray(Array.from({ length: index }, (_each, earlier) => earlier)),
        ),
      ),
    );

  it('have each step run once, as soon as what it depends on allows, in whatever order they end', () => {
    fc.assert(
      fc.property(graphs, fc.infiniteStream(fc.nat()), (edges, choices) => {
        const steps = edges.map((needed, index) => ({
          id: `s${index}`,
          action: 'x',
          dependsOn: needed.map((each) => `s${each}`),
        }));
        let { state } = begin(steps);
        const ended: string[] = [];
        while (!state.outcome) {
          const open = [...state.steps.values()]
            .filter(({ phase }) => phase === 'discovery')
            .map(({ step }) => step.id);
          // Greatest parallelism: whatever could run is looked for an agent already.
          const could = steps.filter(
            ({ id, dependsOn }) => !ended.includes(id) && dependsOn.every((each) => ended.includes(each)),
          );
          expect(open.toSorted()).toEqual(could.map(({ id }) => id).toSorted());
          const next = open[(choices.next().value ?? 0) % open.length] ?? '';
          state = after(state, assigned(next), done(next)).state;
          ended.push(next);
        }
        expect(state.outcome).toBe('completed');
        expect(ended).toHaveLength(steps.length);
        expect(new Set(ended).size).toBe(steps.length);
      }),
      { numRuns: 60 },
    );
  });
});
