import type { Actor } from '../kernel/acting.ts';
import type { GuardedStatement } from '../storage/index.ts';
import type { EventDraft, EventType, EventWithDataOf, StoredEvent } from './event.ts';
import type { LogVerification, Seal, Verification } from './verify-log.ts';

export interface AppendOptions {
  /** Optimistic concurrency, and the fence against a runner that lost its task: the stream must be at exactly this stream sequence. */
  readonly expectedSequence?: number;
  readonly causationId?: string | null;
  /** Default: the correlation id of the stream's first event; for that one, its own event id. */
  readonly correlationId?: string;
  /** Who does it; null: the server of itself. Default: whoever acts where the append is called. */
  readonly actor?: Actor | null;
  /** SQL that commits with the events or not at all; a guard that fails refuses the whole append. */
  readonly alongside?: readonly GuardedStatement[];
}

export interface ReadOptions {
  /** Only events after this stream sequence. */
  readonly afterSequence?: number;
  /** Time travel: up to this stream sequence, or up to this ISO 8601 moment, both included. */
  readonly until?: number | string;
  readonly types?: readonly EventType[];
  readonly limit?: number;
  readonly direction?: 'forwards' | 'backwards';
}

export interface StreamsOptions {
  /** Only streams whose id sorts after this one: the paging cursor. */
  readonly afterTaskId?: string;
  readonly limit?: number;
}

/** Where a stream stands. */
export interface StreamHead {
  readonly taskId: string;
  readonly streamSequence: number;
  readonly codeVersion: number;
}

export interface ExportOptions {
  /** Only up to this place in the log: what is left of one whose end is damaged. Default: as far as it goes now. */
  readonly until?: number;
}

/** A folded state as JSON, and the event up to which it was folded. */
export interface Snapshot {
  readonly streamSequence: number;
  readonly state: string;
}

/** What a whole log comes to. */
export interface LogSummary {
  readonly events: number;
  readonly streams: number;
  readonly seal: Seal;
}

export interface SubscribeOptions {
  /** One stream; default: all of them. */
  readonly taskId?: string;
  /** Only events after this one: a stream sequence with `taskId`, else a sequence number. */
  readonly after: number;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
}

/** Everything that happened, one ordered stream per task. Append is all or nothing; a stored event never changes. */
export abstract class EventStore {
  /**
   * Commits all drafts or none, and resolves with the stored events once they are on disk. No drafts with an
   * expectedSequence is a conditional commit of `alongside`. Rejects with StreamConflictError when the stream is no
   * longer at `expectedSequence`. Safe to repeat with the same event ids: answers what is stored.
   */
  abstract append(
    taskId: string,
    drafts: readonly EventDraft[],
    options?: AppendOptions,
  ): Promise<readonly StoredEvent[]>;

  /** The events of one stream as an array; [] for an unknown one. Long streams: use `read`. */
  abstract getEvents(taskId: string, options?: ReadOptions): Promise<readonly StoredEvent[]>;

  /** The same with the data of some types alone, for a fold that looks at no other: it is not even fetched. */
  abstract getEventsWithDataOf<T extends EventType>(
    taskId: string,
    types: readonly T[],
    options?: ReadOptions,
  ): Promise<readonly EventWithDataOf<T>[]>;

  /** The same as `getEvents`, page by page: memory stays bounded however long the stream is. */
  abstract read(taskId: string, options?: ReadOptions): AsyncIterable<StoredEvent>;

  /**
   * One page of the whole log in commit order, or of its events of some types; large events make it shorter, and only
   * an empty one is the end. Default limit: 1,000.
   */
  abstract readAll(options: {
    readonly after: number;
    readonly limit?: number;
    readonly types?: readonly EventType[];
  }): Promise<readonly StoredEvent[]>;

  /** The event with this id, or null. */
  abstract findEvent(eventId: string): Promise<StoredEvent | null>;

  /** The code version of a stream; 0 for an unknown one. */
  abstract latestVersion(taskId: string): Promise<number>;

  /** Where a stream stands, or null when there is none. */
  abstract head(taskId: string): Promise<StreamHead | null>;

  /** One page of streams, ordered by id. Default limit: 1,000. */
  abstract streams(options?: StreamsOptions): Promise<readonly StreamHead[]>;

  /** The sequence number of the newest event; 0 for an empty log. */
  abstract lastSequence(): Promise<number>;

  /**
   * Every committed event after a position, once and in order: first the stored ones, then the live ones, in batches
   * of at most 500. A slow reader holds at most one batch and catches up from the store. Ends when the signal aborts.
   */
  abstract subscribe(options: SubscribeOptions): AsyncIterable<readonly StoredEvent[]>;

  /** Recomputes the chain of a stream's hashes and names the first event that was changed, removed or put elsewhere. */
  abstract verify(taskId: string): Promise<Verification>;

  /** The same for the whole log, and for a seal of it that was kept elsewhere. Reads all of it, in bounded memory. */
  abstract verifyLog(options?: { readonly seal?: Seal }): Promise<LogVerification>;

  /**
   * Writes the log as JSON Lines, a piece of text at a time, and verifies it on the way. Rejects with
   * LogNotIntactError; what was written until then is no whole file.
   */
  abstract exportLog(write: (text: string) => void | Promise<void>, options?: ExportOptions): Promise<LogSummary>;

  /**
   * Imports a file that `exportLog` has written into an empty store: every event exactly, or nothing. Rejects with
   * LogFileDamagedError, which names the line, LogFileUnreadableError or LogNotEmptyError.
   */
  abstract importLog(path: string): Promise<LogSummary>;

  /**
   * The kept state of a projection of this stream, or null. What was folded from other events than are there now is not
   * answered. The projection's name carries the version of its fold.
   */
  abstract loadSnapshot(taskId: string, projection: string): Promise<Snapshot | null>;

  /** Keeps a state, unless a newer one is kept. Nothing depends on it but the time that folding takes. */
  abstract saveSnapshot(taskId: string, projection: string, snapshot: Snapshot): Promise<void>;
}
