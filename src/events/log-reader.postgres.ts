import { numbered, type PostgresDatabase, type PostgresValue } from '../storage/index.ts';
import type { EventType, StoredEvent } from './event.ts';
import type { Snapshot, StreamHead } from './event-store.ts';
import { type LogReader, MAX_CHANGED_STREAMS, type Page, PAGE_CHARACTERS, PAGE_ROWS } from './log-reader.ts';
import { logSql, pageSql, type StreamQuery } from './read-query.ts';
import { eventColumns, type EventRow } from './schema.ts';
import { snapshotSql } from './snapshots.ts';
import { eventOfRow } from './stored-event.ts';

/** A page is read in pieces, as the size of its events is known only once they are there. */
const PIECE_ROWS = 200;

/** What to ask for the next rows, and where an event of them stands. */
type Piece = (
  edge: number | null,
  rows: number,
) => readonly [sql: string, parameters: readonly PostgresValue[], place: (event: StoredEvent) => number];

export class PostgresLogReader implements LogReader {
  private readonly database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.database = database;
  }

  page(query: StreamQuery, beyond: number | null, limit: number): Promise<Page> {
    const piece: Piece = (edge, rows) => [
      pageSql(eventColumns, query, edge !== null),
      [...query.parameters, ...(edge === null ? [] : [edge]), rows],
      (event) => event.streamSequence,
    ];
    return this.read(limit, beyond, piece, query.withDataOf);
  }

  log(after: number, limit: number, types?: readonly EventType[]): Promise<Page> {
    const sql = logSql(eventColumns, types);
    return this.read(limit, after, (edge, rows) => [
      sql,
      [edge, ...(types ?? []), rows],
      (event) => event.sequenceNumber,
    ]);
  }

  async find(eventId: string): Promise<StoredEvent | null> {
    const sql = `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream WHERE event_id = $1`;
    const [row] = await this.database.query(sql, [eventId]);
    return row ? eventOf(row) : null;
  }

  async head(taskId: string): Promise<StreamHead | null> {
    const sql = 'SELECT task_id, version, code_version FROM streams WHERE task_id = $1 AND version > 0';
    const [row] = await this.database.query(sql, [taskId]);
    return row ? headOf(row) : null;
  }

  async snapshot(taskId: string, projection: string): Promise<Snapshot | null> {
    const [row] = await this.database.query(numbered(snapshotSql), [taskId, projection]);
    return row ? { streamSequence: Number(row[0]), state: String(row[1]) } : null;
  }

  async streams(afterTaskId: string, limit: number): Promise<readonly StreamHead[]> {
    const sql = 'SELECT task_id, version, code_version FROM streams WHERE task_id > $1 ORDER BY task_id LIMIT $2';
    return (await this.database.query(sql, [afterTaskId, limit])).map(headOf);
  }

  async lastSequence(): Promise<number> {
    const [row] = await this.database.query('SELECT coalesce(max(sequence), 0) FROM events');
    return Number(row?.[0] ?? 0);
  }

  /** The log itself says whether it has grown. */
  dataVersion(): Promise<number> {
    return this.lastSequence();
  }

  async changedStreams(after: number, upTo: number): Promise<readonly string[] | null> {
    if (upTo - after > MAX_CHANGED_STREAMS) return null;
    const sql = `SELECT DISTINCT task_id FROM events JOIN streams ON streams.id = stream
                 WHERE sequence > $1 AND sequence <= $2`;
    return (await this.database.query(sql, [after, upTo])).map(([taskId]) => String(taskId));
  }

  private async read(
    limit: number,
    beyond: number | null,
    piece: Piece,
    withDataOf: StreamQuery['withDataOf'] = () => true,
  ): Promise<Page> {
    const wanted = Math.min(limit, PAGE_ROWS);
    const events: StoredEvent[] = [];
    let edge = beyond;
    let characters = 0;
    while (events.length < wanted) {
      const rows = Math.min(PIECE_ROWS, wanted - events.length);
      const [sql, parameters, place] = piece(edge, rows);
      const found = await this.database.query(numbered(sql), parameters);
      for (const row of found) {
        const event = eventOf(row, withDataOf(String(row[4])));
        events.push(event);
        edge = place(event);
        characters += String(row[10]).length;
      }
      if (found.length < rows) return { events, isLast: true };
      if (characters >= PAGE_CHARACTERS) break;
    }
    return { events, isLast: false };
  }
}

/** The SELECT lists the columns of an EventRow. */
function eventOf(row: readonly unknown[], withData = true): StoredEvent {
  return eventOfRow(row as unknown as EventRow, withData);
}

function headOf([taskId, version, codeVersion]: readonly unknown[]): StreamHead {
  return { taskId: String(taskId), streamSequence: Number(version), codeVersion: Number(codeVersion) };
}
