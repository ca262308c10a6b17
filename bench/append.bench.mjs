import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { built, compare } from './support/arms.mjs';

// Durable appends of events with 500 bytes of data, in events a second: what SQLite gives when it is fed by hand,
// against the public event store with validation, clocks, idempotency and the chain of hashes.
const MILLISECONDS = Number(process.env.BENCH_MS ?? 2000);
const text = 'x'.repeat(500 - JSON.stringify({ guidance: '', by: 'bench' }).length);
const draft = { eventType: 'USER_INTERVENTION', data: { guidance: text, by: 'bench' } };

function raw(batch) {
  return (directory) => {
    const database = new DatabaseSync(join(directory, 'raw.db'));
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE events (sequence INTEGER PRIMARY KEY, stream TEXT NOT NULL, stream_sequence INTEGER NOT NULL,
        event_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, timestamp TEXT NOT NULL, data TEXT NOT NULL,
        UNIQUE (stream, stream_sequence)) STRICT`);
    const insert = database.prepare(
      'INSERT INTO events (stream, stream_sequence, event_id, type, timestamp, data) VALUES (?, ?, ?, ?, ?, ?)',
    );
    const data = JSON.stringify(draft.data);
    const versions = new Array(100).fill(0);
    let written = 0;
    const started = performance.now();
    while (performance.now() - started < MILLISECONDS) {
      database.exec('BEGIN IMMEDIATE');
      for (let index = 0; index < batch; index++) {
        const stream = written % 100;
        versions[stream] += 1;
        insert.run(`task-${stream}`, versions[stream], randomUUID(), draft.eventType, new Date().toISOString(), data);
        written += 1;
      }
      database.exec('COMMIT');
    }
    return (written / (performance.now() - started)) * 1000;
  };
}

function store(callers) {
  return async (directory) => {
    const { Database } = await built('storage/index.js');
    const { SqliteEventStore } = await built('events/index.js');
    const database = await Database.open({ path: join(directory, 'taskloom.db') });
    const events = await SqliteEventStore.open({ database });
    let written = 0;
    const started = performance.now();
    const call = async (caller) => {
      while (performance.now() - started < MILLISECONDS) {
        await events.append(`task-${caller}`, [draft]);
        written += 1;
      }
    };
    await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
    const rate = (written / (performance.now() - started)) * 1000;
    await database.close();
    return rate;
  };
}

await compare({
  file: import.meta.url,
  title: 'Durable append, 500-byte events',
  unit: 'events/s',
  arms: {
    'node:sqlite, 100 a transaction': raw(100),
    'event store, 100 callers': store(100),
    'node:sqlite, 1 a transaction': raw(1),
    'event store, 1 caller': store(1),
  },
  targets: {
    'event store, 100 callers': { of: 'node:sqlite, 100 a transaction', atLeast: 0.7 },
    'event store, 1 caller': { of: 'node:sqlite, 1 a transaction', atLeast: 0.8 },
  },
});
