import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { built, compare, scaled } from './support/arms.mjs';
import { copyOf, emmettCopy, longStream, once, streamName } from './support/logs.mjs';
import { emmettSqlite } from './support/peers.mjs';
import { PlainRead } from './support/plain-read.mjs';
import { openStore } from './support/stores.mjs';
import { declareAllTypes } from './support/task-life.mjs';

// The state of one long task from a store just opened, in milliseconds: against reading the same rows and parsing their
// JSON, and against a peer that reads the same events.
const EVENTS = scaled(10_000, 1_000);
const task = streamName(0);

function plainly(options) {
  return async () => {
    const reader = new PlainRead(await longStream(EVENTS), options);
    return timed(() => whole(reader.stream(task).length));
  };
}

async function emmett() {
  const store = await emmettSqlite(await emmettCopy(await longStream(EVENTS)));
  return timed(async () => whole((await store.readStream(task)).events.length));
}

/** On a copy of its own: a state that took long is kept, and would be found by the next. */
async function rebuilt(directory) {
  return rebuiltFrom(copyOf(await longStream(EVENTS), join(directory, 'taskloom.db')));
}

async function rebuiltFromSnapshot() {
  return rebuiltFrom(await streamWithSnapshot());
}

/** The long stream, and the snapshot that its first rebuild has kept. */
async function streamWithSnapshot() {
  const original = await longStream(EVENTS);
  return once('snapshot.db', async (file) => {
    copyOf(original, file);
    const { database, store } = await openStore('', file);
    const { rebuild } = await built('events/index.js');
    await declareAllTypes();
    await rebuild(store, task);
    await snapshotKept(database);
    await database.close();
  });
}

/** The state is answered first, and kept after. */
async function snapshotKept(database) {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (Number(database.select('SELECT count(*) FROM snapshots')[0][0]) === 1) return;
    await setTimeout(50);
  }
  throw new Error('No snapshot was kept.');
}

async function rebuiltFrom(file) {
  const { store } = await openStore('', file);
  const { rebuild } = await built('events/index.js');
  await declareAllTypes();
  return timed(async () => whole((await rebuild(store, task)).eventCount));
}

async function timed(read) {
  const started = performance.now();
  await read();
  return performance.now() - started;
}

function whole(events) {
  if (events !== EVENTS) throw new Error(`Read ${events} events of ${EVENTS}.`);
}

await compare({
  file: import.meta.url,
  title: `State of a stream of ${EVENTS.toLocaleString('en-US')} events, cold`,
  unit: 'ms',
  rounds: 7,
  prepare: streamWithSnapshot,
  arms: {
    'SELECT + JSON.parse': plainly(),
    'SELECT + JSON.parse, rows as arrays': plainly({ arrays: true }),
    'emmett-sqlite readStream': emmett,
    'rebuild from the event store': rebuilt,
    'rebuild with a snapshot': rebuiltFromSnapshot,
  },
  targets: {
    'rebuild from the event store': [
      { of: 'SELECT + JSON.parse', atMost: 1.5 },
      { of: 'SELECT + JSON.parse, rows as arrays' },
      { of: 'emmett-sqlite readStream', timesFaster: 1 },
      { atMost: 100 },
    ],
    'rebuild with a snapshot': { atMost: 5 },
  },
});
