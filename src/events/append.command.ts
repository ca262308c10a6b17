import type { GuardedStatement, WriteTransaction } from '../storage/index.ts';
import { canonicalJson } from './canonical-json.ts';
import { chainedHash, FIRST_HASH } from './event-hash.ts';
import { eventColumns, type EventRow } from './schema.ts';
import { counterOf, merge, tick, type VectorClock } from './vector-clock.ts';

/*
 * Append: the one way in which events are written. Runs inside the writer's transaction.
 * Takes   valid drafts of one stream, the position expected of it, statements that commit with them.
 * Gives   one row for each draft; or where the stream stands instead of where it was expected; or the reused event id.
 * Changes `streams`, `events`, and what the statements change.
 */

/** A validated draft with its data as JSON. */
export interface PreparedDraft {
  readonly eventId: string;
  /** The caller chose the id, so it may be a repetition. */
  readonly idGiven: boolean;
  readonly eventType: string;
  readonly timestamp: string;
  readonly timestampGiven: boolean;
  readonly causationId: string | null;
  readonly codeVersion: number | null;
  readonly vectorClock: VectorClock | null;
  readonly data: string;
}

export interface AppendInput {
  readonly taskId: string;
  readonly processId: string;
  readonly expectedSequence: number | null;
  readonly correlationId: string | null;
  readonly drafts: readonly PreparedDraft[];
  readonly alongside: readonly GuardedStatement[];
}

/** What the commit has given a new event. */
export interface AppendedEvent {
  readonly sequence: number;
  readonly streamSequence: number;
  readonly clock: VectorClock;
  readonly correlationId: string;
  readonly codeVersion: number;
}

export type AppendOutput =
  | { readonly kind: 'stored'; readonly events: readonly (AppendedEvent | EventRow)[] }
  | { readonly kind: 'conflict'; readonly actual: number }
  | { readonly kind: 'reused'; readonly eventId: string };

interface Stream {
  readonly id: number;
  version: number;
  codeVersion: number;
  clock: VectorClock;
  hash: string;
  correlationId: string;
}

const sql = {
  stream: 'SELECT id, version, code_version, clock, hash, correlation_id FROM streams WHERE task_id = ?',
  repeated: `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream WHERE event_id = ?`,
  last: 'SELECT max(sequence) FROM events',
  create: `INSERT INTO streams (task_id, version, code_version, clock, hash, correlation_id)
           VALUES (?, 0, 0, '{}', ?, ?)`,
  move: 'UPDATE streams SET version = ?, code_version = ?, clock = ?, hash = ? WHERE id = ?',
  insert: `INSERT INTO events (sequence, stream, stream_sequence, event_id, type, timestamp, clock, causation_id,
             correlation_id, code_version, hash, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
};

export default function append(transaction: WriteTransaction, input: unknown): AppendOutput {
  return new Append(transaction, input as AppendInput).run();
}

class Append {
  private readonly transaction: WriteTransaction;
  private readonly input: AppendInput;
  private readonly stream: Stream | null;

  constructor(transaction: WriteTransaction, input: AppendInput) {
    this.transaction = transaction;
    this.input = input;
    this.stream = this.findStream();
  }

  run(): AppendOutput {
    const { drafts, expectedSequence, alongside } = this.input;
    const earlier = this.findEarlier();
    if ('reused' in earlier) return { kind: 'reused', eventId: earlier.reused };
    const isRepetition = drafts.length > 0 && drafts.every(({ eventId }) => earlier.rows.has(eventId));
    if (!isRepetition) {
      const actual = this.stream?.version ?? 0;
      if (expectedSequence !== null && expectedSequence !== actual) return { kind: 'conflict', actual };
      if (alongside.length > 0) {
        this.transaction.savepoint();
        this.transaction.apply(alongside);
      }
    }
    return { kind: 'stored', events: this.store(earlier.rows) };
  }

  /** The stored events that the drafts repeat. An id that stands for something else, stored or in this batch, is reused. */
  private findEarlier(): { rows: Map<string, EventRow> } | { reused: string } {
    const rows = new Map<string, EventRow>();
    const batch = new Map<string, PreparedDraft>();
    for (const draft of this.input.drafts) {
      if (!draft.idGiven) continue;
      const twin = batch.get(draft.eventId);
      if (twin && !isSameDraft(draft, twin)) return { reused: draft.eventId };
      batch.set(draft.eventId, draft);
      const row = this.statement(sql.repeated).get(draft.eventId) as EventRow | undefined;
      if (!row) continue;
      if (row[1] !== this.input.taskId || !isSameEvent(draft, row)) return { reused: draft.eventId };
      rows.set(draft.eventId, row);
    }
    return { rows };
  }

  private store(earlier: ReadonlyMap<string, EventRow>): (AppendedEvent | EventRow)[] {
    const { drafts } = this.input;
    const first = drafts.find(({ eventId }) => !earlier.has(eventId));
    if (!first) return this.repeat(earlier);
    const stream = this.stream ?? this.createStream(first);
    const known = new Map<string, AppendedEvent | EventRow>(earlier);
    let sequence = Number(this.statement(sql.last).get()?.[0] ?? 0);
    const stored = drafts.map((draft) => {
      const event = known.get(draft.eventId) ?? this.insert(stream, draft, ++sequence);
      if (draft.idGiven) known.set(draft.eventId, event);
      return event;
    });
    this.statement(sql.move).run(
      stream.version,
      stream.codeVersion,
      JSON.stringify(stream.clock),
      stream.hash,
      stream.id,
    );
    return stored;
  }

  private repeat(earlier: ReadonlyMap<string, EventRow>): EventRow[] {
    return this.input.drafts.map(({ eventId }) => earlier.get(eventId)).filter((row) => row !== undefined);
  }

  private insert(stream: Stream, draft: PreparedDraft, sequence: number): AppendedEvent {
    const { taskId, processId } = this.input;
    const event = {
      ...draft,
      taskId,
      sequence,
      streamSequence: stream.version + 1,
      clock: this.nextClock(stream, draft, processId),
      correlationId: this.input.correlationId ?? stream.correlationId,
      codeVersion: draft.codeVersion ?? stream.codeVersion,
    };
    const clock = JSON.stringify(event.clock);
    const hash = chainedHash(stream.hash, { ...event, clock });
    this.statement(sql.insert).run(
      sequence,
      stream.id,
      event.streamSequence,
      event.eventId,
      event.eventType,
      event.timestamp,
      clock,
      event.causationId,
      event.correlationId,
      event.codeVersion,
      hash,
      event.data,
    );
    stream.version = event.streamSequence;
    stream.codeVersion = Math.max(stream.codeVersion, event.codeVersion);
    stream.clock = merge(stream.clock, event.clock);
    stream.hash = hash;
    const { streamSequence, correlationId, codeVersion } = event;
    return { sequence, streamSequence, clock: event.clock, correlationId, codeVersion };
  }

  /** What the author had seen, and this process's own counter raised by one from where the stream knows it to be. */
  private nextClock(stream: Stream, draft: PreparedDraft, processId: string): VectorClock {
    const seen = draft.vectorClock;
    if (!seen) return tick(stream.clock, processId);
    const own = Math.max(counterOf(stream.clock, processId), counterOf(seen, processId));
    return tick({ ...seen, [processId]: own }, processId);
  }

  private findStream(): Stream | null {
    const row = this.statement(sql.stream).get(this.input.taskId) as
      readonly [number, number, number, string, string, string] | undefined;
    if (!row) return null;
    const [id, version, codeVersion, clock, hash, correlationId] = row;
    return { id, version, codeVersion, clock: JSON.parse(clock) as VectorClock, hash, correlationId };
  }

  private createStream(first: PreparedDraft): Stream {
    const correlationId = this.input.correlationId ?? first.eventId;
    const { lastInsertRowid } = this.statement(sql.create).run(this.input.taskId, FIRST_HASH, correlationId);
    return { id: Number(lastInsertRowid), version: 0, codeVersion: 0, clock: {}, hash: FIRST_HASH, correlationId };
  }

  private statement(text: string) {
    return this.transaction.statement(text, 'arrays');
  }
}

/** Whether a draft says what is stored, in everything its author has chosen. */
function isSameEvent(draft: PreparedDraft, row: EventRow): boolean {
  const [, , , , eventType, timestamp, , causationId, , codeVersion, data] = row;
  return (
    draft.eventType === eventType &&
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
