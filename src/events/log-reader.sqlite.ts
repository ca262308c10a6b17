import type { Columns, SqliteDatabase, SqlValue } from '../storage/index.ts';
import type { EventType, StoredEvent } from './event.ts';
import type { Snapshot, StreamHead } from './event-store.ts';
import { logSql, pageSql, type StreamQuery } from './read-query.ts';
import { eventRowColumns, eventRows } from './rows.sqlite.ts';
import { ofAllTypes, type WithDataOf } from './rows.ts';
import { snapshotSql } from './snapshots.ts';
import { eventOfRow } from './stored-event.ts';
import { type LogReader, MAX_CHANGED_STREAMS, type Page, PAGE_ROWS } from './log-reader.ts';

/** Reads on the caller's thread, which takes SQLite microseconds; only their answers are promised. */
export class SqliteLogReader implements LogReader {
  private readonly database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
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
    const sql = 'SELECT task_id, version, code_version FROM streams WHERE task_id = ? AND version > 0';
    const [row] = await this.select(sql, [taskId]);
    return row ? headOf(row) : null;
  }

  async snapshot(taskId: string, projection: string): Promise<Snapshot | null> {
    const [row] = await this.select(snapshotSql, [taskId, projection]);
    return row ? { streamSequence: Number(row[0]), state: String(row[1]) } : null;
  }

  async streams(afterTaskId: string, limit: number): Promise<readonly StreamHead[]> {
    const sql = 'SELECT task_id, version, code_version FROM streams WHERE task_id > ? ORDER BY task_id LIMIT ?';
    return (await this.select(sql, [afterTaskId, limit])).map(headOf);
  }

  async lastSequence(): Promise<number> {
    const [row] = await this.select('SELECT max(sequence) FROM events');
    return Number(row?.[0] ?? 0);
  }

  dataVersion(): Promise<number> {
    return Promise.try(() => this.database.dataVersion());
  }

  async changedStreams(after: number, upTo: number): Promise<readonly string[] | null> {
    if (upTo - after > MAX_CHANGED_STREAMS) return null;
    const sql = `SELECT DISTINCT task_id FROM events JOIN streams ON streams.id = stream
                 WHERE sequence > ? AND sequence <= ?`;
    return (await this.select(sql, [after, upTo])).map(([taskId]) => String(taskId));
  }

  private select(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly Columns[]> {
    return Promise.try(() => this.database.select(sql, parameters));
  }

  private read(
    sql: string,
    parameters: readonly SqlValue[],
    limit: number,
    withDataOf: WithDataOf = ofAllTypes,
  ): Promise<Page> {
    return Promise.try(() => {
      const most = Math.min(limit, PAGE_ROWS);
      const { rows, isWhole } = eventRows(this.database, sql, [...parameters, most], withDataOf);
      const events = rows.map((row) => eventOfRow(row, withDataOf(row[4])));
      return { events, isLast: isWhole && rows.length < most };
    });
  }
}

function headOf([taskId, version, codeVersion]: Columns): StreamHead {
  return { taskId: String(taskId), streamSequence: Number(version), codeVersion: Number(codeVersion) };
}
