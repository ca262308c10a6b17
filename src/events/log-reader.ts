import type { EventType, StoredEvent } from './event.ts';
import type { Snapshot, StreamHead } from './event-store.ts';
import type { StreamQuery } from './read-query.ts';
import type { TailSource } from './tail.ts';

/** Rows of a page at the most. */
export const PAGE_ROWS = 1000;
/** Above this it is cheaper to wake everybody than to name the streams that changed. */
export const MAX_CHANGED_STREAMS = 10_000;

export interface Page {
  readonly events: readonly StoredEvent[];
  /** There was nothing more to read. */
  readonly isLast: boolean;
}

/** What an adapter reads of the log: each call one short transaction. */
export interface LogReader extends TailSource {
  /** The next events of a query, at most one page of them; `beyond` is the stream sequence of the last one read. */
  page(query: StreamQuery, beyond: number | null, limit: number): Promise<Page>;
  /** Default: events of all types. */
  log(after: number, limit: number, types?: readonly EventType[]): Promise<Page>;
  find(eventId: string): Promise<StoredEvent | null>;
  head(taskId: string): Promise<StreamHead | null>;
  snapshot(taskId: string, projection: string): Promise<Snapshot | null>;
  streams(afterTaskId: string, limit: number): Promise<readonly StreamHead[]>;
}
