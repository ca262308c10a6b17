import type { Database } from '../storage/index.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { chainedHash, FIRST_HASH } from './event-hash.ts';
import { eventColumns } from './schema.ts';

/** Whether a stream is as it was written, or the first event that is not. */
export type Verification =
  | { readonly intact: true; readonly events: number }
  | {
      readonly intact: false;
      /** How many events before it are as they were written. */
      readonly events: number;
      readonly streamSequence: number;
      /** Null when the event is gone. */
      readonly eventId: string | null;
      readonly problem: 'changed' | 'removed';
    };

const PAGE_ROWS = 500;

type VerifiedRow = readonly [
  number,
  string,
  number,
  string,
  string,
  string,
  string,
  string | null,
  string,
  number,
  string,
  hash: string,
];

/**
 * Recomputes the chain of hashes, page by page, up to where the stream stood at the call. An event that was put
 * elsewhere shows as changed, a cut-off end as removed.
 */
export async function verifyStream(database: Database, taskId: string): Promise<Verification> {
  const [stream] = database.select('SELECT id, version, hash FROM streams WHERE task_id = ?', [taskId]);
  const [id = null, version = 0, head = FIRST_HASH] = stream ?? [];
  let hash = FIRST_HASH;
  let position = 0;
  const broken = (problem: 'changed' | 'removed', eventId: string | null): Verification => ({
    intact: false,
    events: position,
    streamSequence: position + 1,
    eventId,
    problem,
  });
  for (;;) {
    const rows = database.select(
      `SELECT ${eventColumns}, events.hash FROM events JOIN streams ON streams.id = stream
       WHERE stream = ? AND stream_sequence > ? AND stream_sequence <= ? ORDER BY stream_sequence LIMIT ${PAGE_ROWS}`,
      [id, position, version],
    ) as unknown as readonly VerifiedRow[];
    for (const row of rows) {
      if (row[2] !== position + 1) return broken('removed', null);
      if (hashOf(hash, row) !== row[11]) return broken('changed', row[3]);
      hash = row[11];
      position = row[2];
    }
    if (rows.length < PAGE_ROWS) break;
    await nextTurn();
  }
  if (position < Number(version)) return broken('removed', null);
  if (hash !== head) return broken('changed', null);
  return { intact: true, events: position };
}

function hashOf(previous: string, row: VerifiedRow): string {
  const [
    sequence,
    taskId,
    streamSequence,
    eventId,
    eventType,
    timestamp,
    clock,
    causationId,
    correlationId,
    codeVersion,
    data,
  ] = row;
  return chainedHash(previous, {
    sequence,
    streamSequence,
    eventId,
    taskId,
    eventType,
    timestamp,
    clock,
    causationId,
    correlationId,
    codeVersion,
    data,
  });
}
