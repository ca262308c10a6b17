import type { Database } from '../storage/index.ts';
import type { Snapshot } from './event-store.ts';

/** Snapshots in a table beside the events, on either database. */
export class Snapshots {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async load(taskId: string, projection: string): Promise<Snapshot | null> {
    const row = await this.database
      .reader<SnapshotTables>()
      .selectFrom('snapshots')
      .innerJoin('streams', 'streams.id', 'snapshots.stream')
      .innerJoin('events', (join) =>
        join
          .onRef('events.stream', '=', 'snapshots.stream')
          .onRef('events.stream_sequence', '=', 'snapshots.stream_sequence')
          .onRef('events.hash', '=', 'snapshots.hash'),
      )
      .select(['snapshots.stream_sequence', 'snapshots.state'])
      .where('streams.task_id', '=', taskId)
      .where('projection', '=', projection)
      .executeTakeFirst();
    return row ? { streamSequence: Number(row.stream_sequence), state: row.state } : null;
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

interface SnapshotTables {
  snapshots: { stream: number; projection: string; stream_sequence: number; hash: string; state: string };
  streams: { id: number; task_id: string };
  events: { stream: number; stream_sequence: number; hash: string };
}
