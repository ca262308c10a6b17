import type { GuardedStatement } from '../storage/index.ts';
import { canonicalJson } from './canonical-json.ts';
import { chainedHash, FIRST_HASH, type HashedEvent } from './event-hash.ts';
import { RetiredProcesses } from './retired-processes.ts';
import type { EventRow } from './schema.ts';
import { counterOf, merge, tick, type VectorClock } from './vector-clock.ts';

/*
 * What an append comes to, whatever the database: from the drafts, where their stream stands and what is stored under
 * their ids, to the rows that are to be written. Pure; every adapter runs it inside the commit.
 */

/** A validated draft with its data as JSON. */
export interface PreparedDraft {
  readonly eventId: string;
  /** The caller chose the id, so it may be a repetition. */
  readonly idGiven: boolean;
  readonly eventType: string;
  /** Version of the payload's shape, as the program writes it today. */
  readonly typeVersion: number;
  readonly timestamp: string;
  readonly timestampGiven: boolean;
  readonly causationId: string | null;
  readonly codeVersion: number | null;
  readonly vectorClock: VectorClock | null;
  readonly data: string;
  /** JSON of the actor; null: none. */
  readonly actor: string | null;
}

export interface AppendInput {
  readonly taskId: string;
  readonly processId: string;
  readonly expectedSequence: number | null;
  readonly correlationId: string | null;
  readonly drafts: readonly PreparedDraft[];
  readonly alongside: readonly GuardedStatement[];
}

/** Where a stream stands, as the store keeps it beside its events. */
export interface StreamStand {
  readonly version: number;
  readonly codeVersion: number;
  readonly clock: VectorClock;
  /** Of the newest event. */
  readonly hash: string;
  readonly correlationId: string;
  readonly retired: RetiredProcesses;
}

/** What the commit has given a new event. */
export interface AppendedEvent {
  readonly sequence: number;
  readonly streamSequence: number;
  readonly clock: VectorClock;
  readonly correlationId: string;
  readonly codeVersion: number;
}

/** A row to be written. */
export interface NewEvent extends HashedEvent {
  readonly hash: string;
}

/** What is known under the ids that callers have chosen, by event id. */
export type EarlierRows = ReadonlyMap<string, EventRow>;

export type AppendRefusal =
  { readonly kind: 'conflict'; readonly actual: number } | { readonly kind: 'reused'; readonly eventId: string };

export type AppendAnswer = {
  readonly kind: 'stored';
  /** One for each draft, in order: what is new, or the row that it repeats. */
  readonly events: readonly (AppendedEvent | EventRow)[];
};

export type AppendOutput = AppendAnswer | AppendRefusal;

export interface AppendPlan {
  readonly kind: 'write';
  /** Nothing is new, so what stands alongside was done with the first append and is not done again. */
  readonly isRepetition: boolean;
  readonly rows: readonly NewEvent[];
  /** Where the stream stands afterwards; null when nothing is written. */
  readonly stream: StreamStand | null;
  readonly answer: AppendAnswer;
}

/** `stream` null: there is none yet. `lastSequence`: of the whole log, as it is inside this commit. */
export function planAppend(
  input: AppendInput,
  stream: StreamStand | null,
  earlier: EarlierRows,
  lastSequence: number,
): AppendPlan | AppendRefusal {
  const { drafts, expectedSequence } = input;
  const reused = findReusedId(input, earlier);
  if (reused !== null) return { kind: 'reused', eventId: reused };
  const first = drafts.find(({ eventId }) => !earlier.has(eventId));
  const isRepetition = drafts.length > 0 && first === undefined;
  const actual = stream?.version ?? 0;
  if (!isRepetition && expectedSequence !== null && expectedSequence !== actual) return { kind: 'conflict', actual };
  if (!first) {
    const events = drafts.map(({ eventId }) => earlier.get(eventId)).filter((row) => row !== undefined);
    return { kind: 'write', isRepetition, rows: [], stream: null, answer: { kind: 'stored', events } };
  }
  return place(input, stream ?? newStream(input, first), earlier, lastSequence);
}

function newStream(input: AppendInput, first: PreparedDraft): StreamStand {
  const correlationId = input.correlationId ?? first.eventId;
  return { version: 0, codeVersion: 0, clock: {}, hash: FIRST_HASH, correlationId, retired: RetiredProcesses.none };
}

/** Gives each new draft its place, its clock and its link in the chain of hashes. */
function place(input: AppendInput, before: StreamStand, earlier: EarlierRows, lastSequence: number): AppendPlan {
  const processId = before.retired.livingId(input.processId);
  const known = new Map<string, AppendedEvent | EventRow>(earlier);
  const rows: NewEvent[] = [];
  let stream = before;
  const events = input.drafts.map((draft) => {
    const repeated = draft.idGiven ? known.get(draft.eventId) : undefined;
    if (repeated) return repeated;
    const given: AppendedEvent = {
      sequence: lastSequence + rows.length + 1,
      streamSequence: stream.version + 1,
      clock: nextClock(stream, draft.vectorClock, processId),
      correlationId: input.correlationId ?? stream.correlationId,
      codeVersion: draft.codeVersion ?? stream.codeVersion,
    };
    const event: HashedEvent = {
      ...given,
      taskId: input.taskId,
      eventId: draft.eventId,
      eventType: draft.eventType,
      typeVersion: draft.typeVersion,
      timestamp: draft.timestamp,
      clock: JSON.stringify(given.clock),
      causationId: draft.causationId,
      data: draft.data,
      actor: draft.actor,
    };
    const hash = chainedHash(stream.hash, event);
    rows.push({ ...event, hash });
    stream = {
      ...stream,
      version: given.streamSequence,
      codeVersion: Math.max(stream.codeVersion, given.codeVersion),
      clock: merge(stream.clock, given.clock),
      hash,
    };
    if (draft.idGiven) known.set(draft.eventId, given);
    return given;
  });
  return { kind: 'write', isRepetition: false, rows, stream, answer: { kind: 'stored', events } };
}

/** What the author had seen, and this process's own counter raised by one from where the stream knows it to be. */
function nextClock(stream: StreamStand, given: VectorClock | null, processId: string): VectorClock {
  if (!given) return tick(stream.clock, processId);
  const seen = stream.retired.fold(given);
  const own = Math.max(counterOf(stream.clock, processId), counterOf(seen, processId));
  return tick({ ...seen, [processId]: own }, processId);
}

/** The first id that stands for something else, stored or in this batch; null when there is none. */
function findReusedId(input: AppendInput, earlier: EarlierRows): string | null {
  const batch = new Map<string, PreparedDraft>();
  for (const draft of input.drafts) {
    if (!draft.idGiven) continue;
    const twin = batch.get(draft.eventId);
    if (twin && !isSameDraft(draft, twin)) return draft.eventId;
    batch.set(draft.eventId, draft);
    const row = earlier.get(draft.eventId);
    if (row && (row[1] !== input.taskId || !isSameEvent(draft, row))) return draft.eventId;
  }
  return null;
}

/** Whether a draft says what is stored, in everything its author has chosen. */
function isSameEvent(draft: PreparedDraft, row: EventRow): boolean {
  const [, , , , eventType, timestamp, , causationId, , codeVersion, data, typeVersion] = row;
  return (
    draft.eventType === eventType &&
    draft.typeVersion === typeVersion &&
    (!draft.timestampGiven || draft.timestamp === timestamp) &&
    draft.causationId === causationId &&
    (draft.codeVersion === null || draft.codeVersion === codeVersion) &&
    isSameJson(draft.data, data)
  );
}

function isSameDraft(a: PreparedDraft, b: PreparedDraft): boolean {
  return (
    a.eventType === b.eventType &&
    (a.timestampGiven ? a.timestamp : null) === (b.timestampGiven ? b.timestamp : null) &&
    a.causationId === b.causationId &&
    a.codeVersion === b.codeVersion &&
    isSameJson(a.data, b.data)
  );
}

/** The order of keys is no difference. */
function isSameJson(a: string, b: string): boolean {
  return a === b || canonicalJson(JSON.parse(a)) === canonicalJson(JSON.parse(b));
}
