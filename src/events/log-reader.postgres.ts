import { numbered, type PostgresDatabase, type PostgresValue } from '../storage/index.ts';
import type { EventType, StoredEvent } from './event.ts';
import type { Snapshot, StreamHead } from './event-store.ts';
import { type LogReader, MAX_CHANGED_STREAMS, type Page, PAGE_ROWS } from './log-reader.ts';
import { logSql, pageSql, type StreamQuery } from './read-query.ts';
import { eventRowColumns, eventRows } from './rows.postgres.ts';
import { ofAllTypes, type WithDataOf } from './rows.ts';
import { snapshotSql } from './snapshots.ts';
import { eventOfRow } from './stored-event.ts';

export class PostgresLogReader implements LogReader {
  private readonly database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.database = database;
  }

  page(query: StreamQuery, beyond: number | null, limit: number): Promise<Page> {
    const edge = beyond === null ? [] : [beyond];
    const sql = pageSql(eventRowColumns, query, beyond !== null);
    return this.read(sql, [...query.parameters, ...edge], limit, query.withDataOf);
  }

  log(after: number, limit: number, types?: readonly EventType[]): Promise<Page> {
    return this.read(logSql(eventRowColumns, types), [after, ...(types ?? [])], limit);
  }

  async find(eventId: string): Promise<StoredEvent | null> {
    const sql = `SELECT ${eventRowColumns} FROM events JOIN streams ON streams.id = stream WHERE event_id = ? LIMIT ?`;
    return (await this.read(sql, [eventId], 1)).events[0] ?? null;
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
    sql: string,
    parameters: readonly PostgresValue[],
    limit: number,
    withDataOf: WithDataOf = ofAllTypes,
  ): Promise<Page> {
    const most = Math.min(limit, PAGE_ROWS);
    const { rows, isWhole } = await eventRows(this.database, numbered(sql), [...parameters, most], withDataOf);
    const events = rows.map((row) => eventOfRow(row, withDataOf(row[4])));
    return { events, isLast: isWhole && rows.length < most };
  }
}

function headOf([taskId, version, codeVersion]: readonly unknown[]): StreamHead {
  return { taskId: String(taskId), streamSequence: Number(version), codeVersion: Number(codeVersion) };
}
