import { type BugReport, type EventDraft, projectTask, type StoredEvent } from '../events/index.ts';
import { newId } from '../kernel/ids.ts';

export interface ForkCircumstances {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly changes?: ForkChanges;
}

/** How a fork is queued where not as its parent is. */
export interface ForkChanges {
  readonly priority?: number;
  readonly submitter?: string;
}

/** Only what is given. */
export function changesOf({
  priority,
  submitter,
}: {
  readonly priority?: number | undefined;
  readonly submitter?: string | undefined;
}): ForkChanges {
  return { ...(priority === undefined ? {} : { priority }), ...(submitter === undefined ? {} : { submitter }) };
}

/**
 * The first facts of a fork: a copy of each of these events, which are the first of their stream, then TASK_FORKED.
 * Copies say what the originals say, at the time they said it. Ids are new, and point at the copies wherever the
 * originals pointed at each other, so that nothing of one task is found under an id of the other.
 */
export function forkDrafts(
  parent: readonly StoredEvent[],
  { now, changes = {} }: ForkCircumstances,
): readonly EventDraft[] {
  const last = parent.at(-1);
  if (!last) throw new RangeError('A task without events cannot be forked.');
  const ids = new Map(parent.map(({ eventId }) => [eventId, newId()]));
  const clocks = reportClocks(parent);
  const copies = parent.map((event): EventDraft => {
    const { eventId, causationId, codeVersion, timestamp } = event;
    const copy = {
      eventType: event.eventType,
      data: copiedData(event, ids, clocks),
      eventId: ids.get(eventId) ?? newId(),
      codeVersion,
      derived: true,
      causationId: causationId === null ? null : (ids.get(causationId) ?? causationId),
      // A clock that went wrong once is no reason to refuse: a time to come is not taken along.
      ...(Date.parse(timestamp) <= now ? { timestamp } : {}),
    };
    // Type and data are those of one event.
    return copy as EventDraft;
  });
  const data = { from: last.taskId, atSequence: last.streamSequence, ...changes };
  return [...copies, { eventType: 'TASK_FORKED', data, causationId: last.eventId }];
}

/** A model call is named by the event that requested it; nothing else in the data of an event is an id of another. */
function copiedData(
  event: StoredEvent,
  ids: ReadonlyMap<string, string>,
  clocks: ReadonlyMap<number, ReportClock>,
): StoredEvent['data'] {
  if (event.eventType === 'BUG_REPORT_RECEIVED') {
    const vectorClock = clocks.get(event.streamSequence);
    return vectorClock ? { report: { ...event.data.report, vectorClock } } : event.data;
  }
  if (!('callId' in event.data) || event.data.callId === null) return event.data;
  return { ...event.data, callId: ids.get(event.data.callId) ?? event.data.callId };
}

type ReportClock = BugReport['vectorClock'];

const saysNothing: ReportClock = {};
/** Before every clock that is not empty. */
const beforeAll: ReportClock = { fork: 0 };

/**
 * The copies get clocks of their own stream, which those in bug reports do not speak of. A clock that decides what it
 * decided in the parent takes their place: before the change that the report came too late for, else none.
 */
function reportClocks(parent: readonly StoredEvent[]): ReadonlyMap<number, ReportClock> {
  if (!parent.some(({ eventType }) => eventType === 'BUG_REPORT_RECEIVED')) return new Map();
  const { acceptedBugReports, ignoredBugReports } = projectTask(parent[0]?.taskId ?? '', parent);
  return new Map([
    ...acceptedBugReports.map(({ streamSequence }) => [streamSequence, saysNothing] as const),
    ...ignoredBugReports.map(
      ({ streamSequence, decidedBy }) => [streamSequence, decidedBy === 'clock' ? beforeAll : saysNothing] as const,
    ),
  ]);
}
