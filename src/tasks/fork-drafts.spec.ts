import { describe, expect, it } from '@jest/globals';
import {
  answered,
  begun,
  corrected,
  correcting,
  created,
  failed,
  generated,
  planned,
  requested,
  started,
} from '../../test/support/coding-facts.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import { type EventDraft, projectTask, type StoredEvent } from '../events/index.ts';
import { fold, type Queueing } from '../orchestrator/index.ts';
import { type CodingTools, CodingWorkflow } from './coding-workflow.ts';
import { type ForkChanges, forkDrafts } from './fork-drafts.ts';
import { codingDecider } from './replay-task.ts';

const now = Date.UTC(2026, 5, 1);
const call = '01900000-0000-7000-8000-000000000005';
const facts: EventDraft[] = [
  created(),
  started,
  planned({ path: 'a.js' }),
  begun('a.js'),
  requested(call, 'GenerateModule', 'a.js', null),
];
const claimed: EventDraft = {
  eventType: 'WORK_ITEM_CLAIMED',
  data: { callId: call, by: 'ada', leaseHash: 'h', leaseUntil: '2026-01-01T01:00:00.000Z' },
};
/** The parent's events, each caused by the one before. */
const parentOf = (...drafts: EventDraft[]): readonly StoredEvent[] =>
  storedEvents('parent', drafts).map((event, index, all) => ({
    ...event,
    causationId: all[index - 1]?.eventId ?? null,
  }));
/** The fork as it would be stored. */
const forkOf = (parent: readonly StoredEvent[], changes: ForkChanges = {}) =>
  storedEvents('fork', forkDrafts(parent, { now, changes }));
const stateOf = (events: readonly StoredEvent[]) => fold(codingDecider, events[0]?.taskId ?? '', events);
const keysOf = (events: readonly StoredEvent[]) => {
  const decision = codingDecider.decide(stateOf(events));
  return decision.kind === 'act' ? decision.actions.map(({ key }) => key) : decision;
};

describe('the first facts of a fork', () => {
  it('are those of its parent with ids of their own, and then where they come from [OR-33]', () => {
    const parent = parentOf(...facts, claimed);
    const fork = forkOf(parent);
    const copies = fork.slice(0, -1);
    expect(fork.at(-1)).toMatchObject({ eventType: 'TASK_FORKED', data: { from: 'parent', atSequence: 6 } });
    expect(copies.map(({ eventType, timestamp }) => [eventType, timestamp])).toEqual(
      parent.map(({ eventType, timestamp }) => [eventType, timestamp]),
    );
    expect(copies.slice(0, 4).map(({ data }) => data)).toEqual(parent.slice(0, 4).map(({ data }) => data));
    const idsOfParent = new Set(parent.map(({ eventId }) => eventId));
    expect(fork.filter(({ eventId }) => idsOfParent.has(eventId))).toEqual([]);
  });

  it('point at each other as the originals do, a model call at its own request [OR-33]', () => {
    const elsewhere = '01900000-0000-7000-8000-00000000ffff';
    const [first, ...rest] = parentOf(...facts, claimed, answered(call));
    const parent = [
      first as StoredEvent,
      ...rest.map((event, index) => (index === 0 ? { ...event, causationId: elsewhere } : event)),
    ];
    const fork = forkOf(parent);
    expect(fork.map(({ causationId }) => causationId)).toEqual([
      null,
      elsewhere,
      ...fork.slice(1, -2).map(({ eventId }) => eventId),
      // Where the two streams meet.
      parent.at(-1)?.eventId,
    ]);
    const request = fork[4]?.eventId;
    expect(fork.slice(4, 7).map(({ data }) => 'callId' in data && data.callId)).toEqual([request, request, request]);
    expect(JSON.stringify(fork.slice(0, -1))).not.toContain(call);
  });

  it('leave out a time that is still to come', () => {
    const [event] = parentOf(created());
    const [copy] = forkDrafts([{ ...(event as StoredEvent), timestamp: '2026-06-01T00:00:00.001Z' }], { now });
    expect(copy).not.toHaveProperty('timestamp');
  });

  it('keep the version of the code of each event', () => {
    const red = [created(), started, planned({ path: 'a.js' }), generated('a.js', 1), failed('a.js', 'x')];
    const fork = forkOf(parentOf(...red, correcting('a.js', 1), corrected('a.js', 1, 2)));
    expect(fork.map(({ codeVersion }) => codeVersion)).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
  });

  it('judge a bug report as it was judged, though its clock speaks of another stream', () => {
    const report = (clock: number, codeHash: string | null): EventDraft => ({
      eventType: 'BUG_REPORT_RECEIVED',
      data: { report: { description: 'wrong', codeVersion: 1, vectorClock: { test: clock }, codeHash } },
    });
    const parent = parentOf(
      created(),
      started,
      planned({ path: 'a.js' }),
      generated('a.js', 1),
      report(3, 'h'),
      report(4, 'h'),
      report(9, 'no'),
    );
    const fork = forkOf(parent).map((event) => ({ ...event, vectorClock: { elsewhere: event.streamSequence } }));
    const judged = (events: readonly StoredEvent[]) => {
      const { acceptedBugReports, ignoredBugReports } = projectTask('t', events);
      return [acceptedBugReports, ignoredBugReports].map((reports) =>
        reports.map(({ streamSequence, decidedBy }) => [streamSequence, decidedBy]),
      );
    };
    expect(judged(parent)).toEqual([
      [[6, 'hash']],
      [
        [5, 'clock'],
        [7, 'hash'],
      ],
    ]);
    expect(judged(fork)).toEqual(judged(parent));
    const again = forkOf(fork.slice(0, -1));
    expect(judged(again)).toEqual(judged(parent));
  });
});

describe('a fork', () => {
  it('asks anew what nobody has answered, so that no answer or lease of its parent counts [OR-33]', () => {
    const parent = parentOf(...facts, claimed);
    const fork = forkOf(parent);
    expect(stateOf(fork.slice(0, -1)).calls.size).toBe(1);
    expect(stateOf(fork).calls.size).toBe(0);
    expect(keysOf(fork)).toEqual(['ask:a.js']);
    const late = storedEvents('fork', [
      ...forkDrafts(parent, { now }),
      answered(call),
      answered(String(fork[4]?.eventId)),
    ]);
    expect(keysOf(late)).toEqual(['ask:a.js']);
  });

  it('uses an answer that was there and not used yet [OR-33]', () => {
    const fork = forkOf(parentOf(...facts, answered(call)));
    expect(keysOf(fork)).toEqual([`accept:${fork[4]?.eventId}`]);
  });

  it('runs again tests that were running [OR-33]', () => {
    const running: EventDraft = { eventType: 'TEST_STARTED', data: { module: 'a.js', files: ['a.test.js'] } };
    expect(keysOf(forkOf(parentOf(...facts.slice(0, 4), generated('a.js', 1), running)))).toEqual(['test:a.js']);
  });

  it('has the plan that was given with the task, also where it begins before that', () => {
    const given = created({ modules: [{ path: 'a.js', description: '', dependsOn: [] }], language: 'javascript' });
    expect(keysOf(forkOf(parentOf(given, started)))).toEqual(['plan']);
  });

  it('has the priority and the submitter it was given, else those of its parent, also where the queue is made anew', () => {
    const parent = parentOf(created({ limits: { maxSeconds: 5 }, submitter: 'ada' }));
    const workflow = new CodingWorkflow({} as CodingTools);
    const queued = (events: readonly StoredEvent[]) =>
      events.reduce<Queueing | null>((before, event) => workflow.adopt(event, before), null);
    for (const [fork, priority, submitter] of [
      [forkOf(parent), 20, 'ada'],
      [forkOf(parent, { priority: 3 }), 3, 'ada'],
      [forkOf(parent, { submitter: 'bob' }), 20, 'bob'],
      [forkOf(forkOf(parent, { priority: 3, submitter: 'bob' })), 3, 'bob'],
    ] as const) {
      expect(stateOf(fork).created).toMatchObject({ priority, submitter });
      expect(queued(fork)).toEqual({ priority, submitter, timeoutMs: 5000 });
    }
  });
});
