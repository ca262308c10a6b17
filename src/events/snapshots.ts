import type { Database } from '../storage/index.ts';
import type { Snapshot } from './event-store.ts';

/** A snapshot of a stream's projection, as long as the stream still holds the event that it was folded up to. */
export const snapshotSql = `SELECT snapshots.stream_sequence, state FROM snapshots
  JOIN streams ON streams.id = snapshots.stream
  JOIN events ON events.stream = snapshots.stream AND events.stream_sequence = snapshots.stream_sequence
    AND events.hash = snapshots.hash
  WHERE task_id = ? AND projection = ?`;

/** Keeps snapshots in a table beside the events, on either database. */
export class Snapshots {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async save(taskId: string, projection: string, { streamSequence, state }: Snapshot): Promise<void> {
    await this.database.write([
      {
        sql: `INSERT INTO snapshots (stream, projection, stream_sequence, hash, state)
              SELECT streams.id, ?, stream_sequence, events.hash, ?
              FROM events JOIN streams ON streams.id = events.stream
              WHERE streams.task_id = ? AND stream_sequence = ?
              ON CONFLICT (stream, projection) DO UPDATE
              SET stream_sequence = excluded.stream_sequence, hash = excluded.hash, state = excluded.state
              WHERE excluded.stream_sequence > snapshots.stream_sequence`,
        parameters: [projection, state, taskId, streamSequence],
      },
    ]);
  }
}
