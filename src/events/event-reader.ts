import type { Columns, Database, SqlValue } from '../storage/index.ts';
import type { StoredEvent } from './event.ts';
import type { StreamHead } from './event-store.ts';
import { pageSql, type StreamQuery } from './read-query.ts';
import { eventColumns, type EventRow } from './schema.ts';
import { eventOfRow } from './stored-event.ts';
import type { TailSource } from './tail.ts';

const PAGE_ROWS = 1000;
/** A page ends with the event that reaches it, so memory stays bounded however large events are. */
const PAGE_BYTES = 8 * 1024 * 1024;
const MAX_CHANGED_STREAMS = 10_000;

/** Reads of the log, each of one short transaction on the caller's thread. */
export class EventReader implements TailSource {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** The next events of a query, at most one page of them; `beyond` is the stream sequence of the last one read. */
  page(query: StreamQuery, beyond: number | null, limit: number): readonly StoredEvent[] {
    const edge = beyond === null ? [] : [beyond];
    return this.events(pageSql(query, beyond !== null), [...query.parameters, ...edge, Math.min(limit, PAGE_ROWS)]);
  }

  log(after: number, limit: number): readonly StoredEvent[] {
    return this.events(
      `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream
       WHERE sequence > ? ORDER BY sequence LIMIT ?`,
      [after, Math.min(limit, PAGE_ROWS)],
    );
  }

  find(eventId: string): StoredEvent | null {
    const sql = `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream WHERE event_id = ?`;
    return this.events(sql, [eventId])[0] ?? null;
  }

  head(taskId: string): StreamHead | null {
    const rows = this.database.select(
      'SELECT task_id, version, code_version FROM streams WHERE task_id = ? AND version > 0',
      [taskId],
    );
    return rows[0] ? headOf(rows[0]) : null;
  }

  streams(afterTaskId: string, limit: number): readonly StreamHead[] {
    return this.database
      .select('SELECT task_id, version, code_version FROM streams WHERE task_id > ? ORDER BY task_id LIMIT ?', [
        afterTaskId,
        limit,
      ])
      .map(headOf);
  }

  lastSequence(): number {
    return Number(this.database.select('SELECT max(sequence) FROM events')[0]?.[0] ?? 0);
  }

  dataVersion(): number {
    return this.database.dataVersion();
  }

  changedStreams(after: number, upTo: number): readonly string[] | null {
    if (upTo - after > MAX_CHANGED_STREAMS) return null;
    return this.database
      .select(
        `SELECT DISTINCT task_id FROM events JOIN streams ON streams.id = stream
         WHERE sequence > ? AND sequence <= ?`,
        [after, upTo],
      )
      .map(([taskId]) => String(taskId));
  }

  private events(sql: string, parameters: readonly SqlValue[]): readonly StoredEvent[] {
    const events: StoredEvent[] = [];
    let characters = 0;
    for (const columns of this.database.iterate(sql, parameters)) {
      // The SELECT lists the columns of an EventRow.
      const row = columns as unknown as EventRow;
      events.push(eventOfRow(row));
      characters += row[10].length;
      if (characters >= PAGE_BYTES) break;
    }
    return events;
  }
}

function headOf([taskId, version, codeVersion]: Columns): StreamHead {
  return { taskId: String(taskId), streamSequence: Number(version), codeVersion: Number(codeVersion) };
}
