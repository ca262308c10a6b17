import { DatabaseSync } from 'node:sqlite';

/** The columns that the event store reads. */
const COLUMNS = `events.sequence, streams.task_id, stream_sequence, event_id, type, timestamp, events.clock, causation_id,
  events.correlation_id, events.code_version, data`;
const FROM = 'FROM events JOIN streams ON streams.id = events.stream';

/** SELECT and JSON.parse, and nothing else: what reading events costs at least. Rows are objects, as is usual, or arrays. */
export class PlainRead {
  constructor(path, { arrays = false } = {}) {
    this.database = new DatabaseSync(path, { readOnly: true });
    this.arrays = arrays;
  }

  stream(name) {
    return this.rows(`SELECT ${COLUMNS} ${FROM} WHERE task_id = ? ORDER BY stream_sequence`, name);
  }

  page(after, limit) {
    return this.rows(`SELECT ${COLUMNS} ${FROM} WHERE sequence > ? ORDER BY sequence LIMIT ?`, after, limit);
  }

  rows(sql, ...parameters) {
    const statement = this.database.prepare(sql);
    statement.setReturnArrays(this.arrays);
    const rows = statement.all(...parameters);
    const [clock, data] = this.arrays ? [6, 10] : ['clock', 'data'];
    for (const row of rows) {
      row[clock] = JSON.parse(row[clock]);
      row[data] = JSON.parse(row[data]);
    }
    return rows;
  }
}
