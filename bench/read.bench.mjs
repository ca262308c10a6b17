import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { built, compare } from './support/arms.mjs';

// The state of one task of 10,000 events, from a store just opened, in milliseconds: against reading the same rows
// and parsing their JSON.
const EVENTS = 10_000;
const text = 'x'.repeat(420);
const columns =
  'sequence, stream_sequence, event_id, type, timestamp, clock, causation_id, correlation_id, code_version, data';

async function filled(directory) {
  const path = join(directory, 'taskloom.db');
  const { Database } = await built('storage/index.js');
  const { SqliteEventStore, rebuild } = await built('events/index.js');
  if (!existsSync(path)) {
    const database = await Database.open({ path });
    const store = await SqliteEventStore.open({ database });
    const drafts = Array.from({ length: EVENTS }, (_, index) => ({
      eventType: index % 10 === 0 ? 'MODULE_ITERATION' : 'USER_INTERVENTION',
      data:
        index % 10 === 0
          ? { module: `m${index % 7}.ts`, iteration: index, note: text }
          : { guidance: text, by: 'bench' },
    }));
    for (let index = 0; index < EVENTS; index += 500) await store.append('task', drafts.slice(index, index + 500));
    await database.close();
  }
  return { path, Database, SqliteEventStore, rebuild };
}

await compare({
  file: import.meta.url,
  title: `State of a stream of ${EVENTS.toLocaleString('en-US')} events, cold`,
  unit: 'ms',
  rounds: 7,
  arms: {
    'SELECT + JSON.parse': async (directory) => {
      const { path } = await filled(directory);
      const database = new DatabaseSync(path);
      const started = performance.now();
      const rows = database.prepare(`SELECT ${columns} FROM events WHERE stream = 1 ORDER BY stream_sequence`).all();
      for (const row of rows) {
        row.clock = JSON.parse(row.clock);
        row.data = JSON.parse(row.data);
      }
      return performance.now() - started;
    },
    'rebuild from the event store': async (directory) => {
      const { path, Database, SqliteEventStore, rebuild } = await filled(directory);
      const database = await Database.open({ path });
      const store = await SqliteEventStore.open({ database });
      const started = performance.now();
      const state = await rebuild(store, 'task');
      const took = performance.now() - started;
      if (state.streamSequence !== EVENTS) throw new Error(`Rebuilt only ${state.streamSequence} events.`);
      await database.close();
      return took;
    },
  },
  targets: { 'rebuild from the event store': { of: 'SELECT + JSON.parse', atMost: 1.5 } },
});
