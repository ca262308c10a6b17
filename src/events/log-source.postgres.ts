import type { PostgresDatabase, PostgresValue } from '../storage/index.ts';
import type { ChainedRow, LogSource, StreamHeadRow } from './log-source.ts';
import { chainedRowColumns, chainedRows } from './rows.postgres.ts';

const PAGE_ROWS = 500;
const ROWS = `SELECT ${chainedRowColumns} FROM events JOIN streams ON streams.id = stream`;

/** Pages of the log as it stands in PostgreSQL. */
export class PostgresLogSource implements LogSource {
  private readonly database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.database = database;
  }

  async lastSequence(): Promise<number> {
    const [row] = await this.database.query('SELECT coalesce(max(sequence), 0) FROM events');
    return Number(row?.[0] ?? 0);
  }

  rows(after: number, upTo: number): Promise<readonly ChainedRow[]> {
    const sql = `${ROWS} WHERE sequence > $1 ORDER BY sequence LIMIT $2`;
    return this.page(sql, [after, Math.min(upTo - after, PAGE_ROWS)]);
  }

  streamRows(taskId: string, after: number, upTo: number): Promise<readonly ChainedRow[]> {
    const sql = `${ROWS} WHERE stream = (SELECT id FROM streams WHERE task_id = $1) AND stream_sequence > $2
                 ORDER BY stream_sequence LIMIT $3`;
    return this.page(sql, [taskId, after, Math.min(upTo - after, PAGE_ROWS)]);
  }

  async head(taskId: string): Promise<StreamHeadRow | null> {
    return this.headRow('task_id = $1', [taskId]);
  }

  async clock(taskId: string): Promise<string> {
    const [row] = await this.database.query('SELECT clock FROM streams WHERE task_id = $1', [taskId]);
    return typeof row?.[0] === 'string' ? row[0] : '{}';
  }

  async hasEvent(taskId: string, streamSequence: number): Promise<boolean> {
    const sql = `SELECT 1 FROM events
                 WHERE stream = (SELECT id FROM streams WHERE task_id = $1) AND stream_sequence = $2`;
    return (await this.database.query(sql, [taskId, streamSequence])).length > 0;
  }

  headless(): Promise<StreamHeadRow | null> {
    const isGone = 'SELECT 1 FROM events WHERE stream = streams.id AND stream_sequence = version';
    return this.headRow(`version > 0 AND NOT EXISTS (${isGone}) ORDER BY id LIMIT 1`, []);
  }

  async retired(afterTaskId: string): Promise<readonly (readonly [string, string])[]> {
    const rows = await this.database.query(
      `SELECT task_id, generations FROM retired_processes JOIN streams ON streams.id = stream
       WHERE task_id > $1 ORDER BY task_id LIMIT ${PAGE_ROWS}`,
      [afterTaskId],
    );
    return rows.map(([taskId, generations]) => [String(taskId), String(generations)] as const);
  }

  private async headRow(condition: string, parameters: readonly PostgresValue[]): Promise<StreamHeadRow | null> {
    const sql = `SELECT task_id, version, hash FROM streams WHERE ${condition}`;
    const [row] = await this.database.query(sql, parameters);
    return row ? { taskId: String(row[0]), version: Number(row[1]), hash: String(row[2]) } : null;
  }

  private async page(sql: string, parameters: readonly PostgresValue[]): Promise<readonly ChainedRow[]> {
    return (await chainedRows(this.database, sql, parameters)).rows;
  }
}
