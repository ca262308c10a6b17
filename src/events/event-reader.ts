import type { Columns, Database, SqlValue } from '../storage/index.ts';
import type { StoredEvent } from './event.ts';
import type { StreamHead } from './event-store.ts';
import { pageSql, type StreamQuery } from './read-query.ts';
import { eventColumns, type EventRow } from './schema.ts';
import { eventOfRow } from './stored-event.ts';
import type { TailSource } from './tail.ts';

const PAGE_ROWS = 1000;
/** A page ends with the event that reaches it, so memory stays bounded however large events are. */
const PAGE_CHARACTERS = 8 * 1024 * 1024;
const MAX_CHANGED_STREAMS = 10_000;

export interface Page {
  readonly events: readonly StoredEvent[];
  /** There was nothing more to read. */
  readonly isLast: boolean;
}

/** Reads of the log, each of one short transaction on the caller's thread. */
export class EventReader implements TailSource {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** The next events of a query, at most one page of them; `beyond` is the stream sequence of the last one read. */
  page(query: StreamQuery, beyond: number | null, limit: number): Page {
    const edge = beyond === null ? [] : [beyond];
    return this.read(pageSql(query, beyond !== null), [...query.parameters, ...edge], limit);
  }

  log(after: number, limit: number): Page {
    const sql = `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream
                 WHERE sequence > ? ORDER BY sequence LIMIT ?`;
    return this.read(sql, [after], limit);
  }

  find(eventId: string): StoredEvent | null {
    const sql = `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream WHERE event_id = ? LIMIT ?`;
    return this.read(sql, [eventId], 1).events[0] ?? null;
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

  private read(sql: string, parameters: readonly SqlValue[], limit: number): Page {
    const rows = Math.min(limit, PAGE_ROWS);
    const events: StoredEvent[] = [];
    let characters = 0;
    for (const columns of this.database.iterate(sql, [...parameters, rows])) {
      // The SELECT lists the columns of an EventRow.
      const row = columns as unknown as EventRow;
      events.push(eventOfRow(row));
      characters += row[10].length;
      if (characters >= PAGE_CHARACTERS) return { events, isLast: false };
    }
    return { events, isLast: events.length < rows };
  }
}

function headOf([taskId, version, codeVersion]: Columns): StreamHead {
  return { taskId: String(taskId), streamSequence: Number(version), codeVersion: Number(codeVersion) };
}
