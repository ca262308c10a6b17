import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { smallEvent } from './small-event.mjs';

/** A table of events fed by hand, durable at every commit: what SQLite gives at best. */
export class RawTable {
  constructor(path) {
    this.database = new DatabaseSync(path);
    this.database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS events (sequence INTEGER PRIMARY KEY, stream TEXT NOT NULL,
        stream_sequence INTEGER NOT NULL, event_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, timestamp TEXT NOT NULL,
        data TEXT NOT NULL, UNIQUE (stream, stream_sequence)) STRICT`);
    this.statement = this.database.prepare(
      'INSERT INTO events (stream, stream_sequence, event_id, type, timestamp, data) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.begin = this.database.prepare('BEGIN IMMEDIATE');
    this.end = this.database.prepare('COMMIT');
    this.versions = new Map();
  }

  /** Inserts the events, each with the stream it belongs to, as one transaction. */
  commit(events) {
    this.begin.run();
    for (const { stream, data } of events) {
      const version = (this.versions.get(stream) ?? 0) + 1;
      this.versions.set(stream, version);
      const now = new Date().toISOString();
      this.statement.run(stream, version, randomUUID(), smallEvent.eventType, now, JSON.stringify(data));
    }
    this.end.run();
  }
}
