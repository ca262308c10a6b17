import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Columns, SqliteDatabase, SqliteFile, SqlValue } from '../storage/index.ts';
import type { ChainedRow, LogSource, StreamHeadRow } from './log-source.ts';
import { chainedRowColumns, chainedRows } from './rows.sqlite.ts';

const PAGE_ROWS = 500;

/** Pages of the log as it stands in SQLite; the event loop gets its turn between two of them. */
export class SqliteLogSource implements LogSource {
  private readonly database: SqliteDatabase | SqliteFile;

  constructor(database: SqliteDatabase | SqliteFile) {
    this.database = database;
  }

  lastSequence(): Promise<number> {
    return Promise.resolve(Number(this.database.select('SELECT max(sequence) FROM events')[0]?.[0] ?? 0));
  }

  rows(after: number, upTo: number): Promise<readonly ChainedRow[]> {
    return this.page('sequence > ? ORDER BY sequence', [after], upTo - after);
  }

  streamRows(taskId: string, after: number, upTo: number): Promise<readonly ChainedRow[]> {
    return this.page(
      'stream = (SELECT id FROM streams WHERE task_id = ?) AND stream_sequence > ? ORDER BY stream_sequence',
      [taskId, after],
      upTo - after,
    );
  }

  head(taskId: string): Promise<StreamHeadRow | null> {
    return Promise.resolve(this.headRow('task_id = ?', [taskId]));
  }

  clock(taskId: string): Promise<string> {
    const [row] = this.database.select('SELECT clock FROM streams WHERE task_id = ?', [taskId]);
    return Promise.resolve(String(row?.[0] ?? '{}'));
  }

  hasEvent(taskId: string, streamSequence: number): Promise<boolean> {
    const rows = this.database.select(
      'SELECT 1 FROM events WHERE stream = (SELECT id FROM streams WHERE task_id = ?) AND stream_sequence = ?',
      [taskId, streamSequence],
    );
    return Promise.resolve(rows.length > 0);
  }

  headless(): Promise<StreamHeadRow | null> {
    const isGone = 'SELECT 1 FROM events WHERE stream = streams.id AND stream_sequence = version';
    return Promise.resolve(this.headRow(`version > 0 AND NOT EXISTS (${isGone}) ORDER BY id LIMIT 1`, []));
  }

  retired(afterTaskId: string): Promise<readonly (readonly [string, string])[]> {
    const rows = this.database.select(
      `SELECT task_id, generations FROM retired_processes JOIN streams ON streams.id = stream
       WHERE task_id > ? ORDER BY task_id LIMIT ${PAGE_ROWS}`,
      [afterTaskId],
    );
    return Promise.resolve(rows.map(([taskId, generations]) => [String(taskId), String(generations)] as const));
  }

  private headRow(condition: string, parameters: readonly SqlValue[]): StreamHeadRow | null {
    const [row] = this.database.select(`SELECT task_id, version, hash FROM streams WHERE ${condition}`, parameters);
    return row ? headOf(row) : null;
  }

  private async page(condition: string, parameters: readonly SqlValue[], most: number): Promise<readonly ChainedRow[]> {
    await nextTurn();
    const sql = `SELECT ${chainedRowColumns} FROM events JOIN streams ON streams.id = stream
                 WHERE ${condition} LIMIT ?`;
    return chainedRows(this.database, sql, [...parameters, Math.min(most, PAGE_ROWS)]).rows;
  }
}

function headOf([taskId, version, hash]: Columns): StreamHeadRow {
  return { taskId: String(taskId), version: Number(version), hash: String(hash) };
}
