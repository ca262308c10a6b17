import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { built, compare, scaled } from './support/arms.mjs';
import { openStore } from './support/stores.mjs';
import { declareAllTypes, taskLife } from './support/task-life.mjs';

// A million events of coding tasks through the public store, from 100 tasks at a time. Each task has a row in a table that
// waits for it from the start, changes with each of its events and goes with the last one. Readers and subscribers follow.
// At the end many rows come and go at once, and then nobody writes. Nothing may grow without bound, what is free is to be
// given back, and no subscriber may miss an event.
const EVENTS = Number(process.env.BENCH_EVENTS ?? scaled(1_000_000, 5_000));
const EARLY = EVENTS / 10;
const EVENTS_A_TASK = 100;
const TASKS_AT_ONCE = 100;
const BURST_ROWS = scaled(20_000, 2_000);
const SAMPLE_MS = 100;
const PATIENCE_MS = 20_000;
const MEGABYTE = 2 ** 20;
const PAGE_BYTES = 4096;

/** The bounds, all of them, with their units. */
const bounds = {
  // Everything that is in the file: ids, clocks, hashes, indexes and what is free.
  'file for a byte of data': { unit: 'bytes', atMost: 1.8 },
  'log beside the file at its largest': { unit: 'MB', atMost: 64 },
  'free in the file when nobody writes': { unit: 'MB', atMost: 1 },
  'log beside the file when nobody writes': { unit: 'MB', atMost: 0 },
  'memory after a tenth': { unit: 'MB' },
  'memory at the end': { unit: 'MB' },
  'memory at the end for that after a tenth': { unit: 'x', atMost: 1.2 },
  'events that subscribers missed': { unit: 'events', atMost: 0 },
};

const work = {
  id: 1,
  up: 'CREATE TABLE soak_work (task TEXT PRIMARY KEY, step INTEGER NOT NULL, note TEXT NOT NULL) STRICT',
};
const note = 'x'.repeat(1000);
const queued = (task) => ({ sql: 'INSERT INTO soak_work VALUES (?, 0, ?)', parameters: [task, note] });
const moved = (task) => ({
  sql: 'UPDATE soak_work SET step = step + 1 WHERE task = ?',
  parameters: [task],
  guard: { name: 'works', rows: 1 },
});
const gone = (task) => ({ ...moved(task), sql: 'DELETE FROM soak_work WHERE task = ?' });

async function soak(directory) {
  const { database, store } = await openStore(directory);
  await database.migrate('soak', [work]);
  await declareAllTypes();
  const names = Array.from({ length: EVENTS / EVENTS_A_TASK }, (_, index) => `task-${index}`);
  for (let index = 0; index < names.length; index += 100) {
    await database.write(names.slice(index, index + 100).map(queued));
  }
  const file = join(directory, 'taskloom.db');
  const progress = { committed: 0, bytes: 0, ends: false };
  const watch = new Watch(file, progress);
  const subscribers = [subscribe(store, 0), subscribe(store, 0), subscribe(store, 25)];
  const readers = [readStreams(store, progress), readLog(store, progress)];

  const tasks = names.values();
  await Promise.all(Array.from({ length: TASKS_AT_ONCE }, () => lane(store, tasks, progress)));
  progress.ends = true;
  await Promise.all(readers);
  const missed = await Promise.all(subscribers.map((subscriber) => subscriber.missed(EVENTS)));
  watch.stop();
  const left = () => Number(database.select('SELECT count(*) FROM soak_work')[0][0]);
  if (left() !== 0) throw new Error(`${left()} rows of finished tasks are left.`);
  await burst(database);
  const free = () => (Number(database.select('PRAGMA freelist_count')[0][0]) * PAGE_BYTES) / MEGABYTE;
  await settled(() => free() <= bounds['free in the file when nobody writes'].atMost && logBytes(file) === 0);
  const measured = [
    statSync(file).size / progress.bytes,
    watch.largestLog / MEGABYTE,
    free(),
    logBytes(file) / MEGABYTE,
    watch.early / MEGABYTE,
    watch.late / MEGABYTE,
    watch.late / watch.early,
    missed.reduce((sum, one) => sum + one, 0),
  ];
  await database.close();
  return Object.fromEntries(Object.keys(bounds).map((name, index) => [name, measured[index]]));
}

async function burst(database) {
  const rows = Array.from({ length: BURST_ROWS }, (_, index) => `more-${index}`);
  await Promise.all(rows.map((row) => database.write([queued(row)])));
  await database.write([{ sql: 'DELETE FROM soak_work', parameters: [] }]);
}

/** Waits until it is so, or until nothing more can be hoped for. */
async function settled(isSo) {
  for (const deadline = performance.now() + PATIENCE_MS; !isSo() && performance.now() < deadline;) await rest(50);
}

function logBytes(file) {
  return statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/** One task after the other, a few events at a time. */
async function lane(store, tasks, progress) {
  for (const task of tasks) {
    const life = taskLife(EVENTS_A_TASK);
    for (let index = 0; index < life.length;) {
      const drafts = life.slice(index, index + 1 + (index % 3));
      const move = index + drafts.length < life.length ? moved : gone;
      await store.append(task, drafts, { expectedSequence: index, alongside: [move(task)] });
      index += drafts.length;
      progress.committed += drafts.length;
      for (const { data } of drafts) progress.bytes += JSON.stringify(data).length;
    }
  }
}

/** Follows the whole log, resting a little after each batch if it is a slow one. */
function subscribe(store, restMs) {
  const ends = new AbortController();
  let [seen, wrong] = [0, 0];
  let arrived = () => undefined;
  const following = (async () => {
    for await (const batch of store.subscribe({ after: 0, signal: ends.signal })) {
      for (const { sequenceNumber } of batch) {
        if (sequenceNumber !== seen + 1) wrong += 1;
        seen = sequenceNumber;
      }
      arrived();
      if (restMs > 0) await rest(restMs);
    }
  })();
  return {
    /** Gaps and repetitions up to the last event, and what is still missing when nothing has come for a while. */
    async missed(last) {
      for (let before = -1; seen < last && seen > before;) {
        before = seen;
        await Promise.race([new Promise((resolve) => (arrived = resolve)), rest(PATIENCE_MS)]);
      }
      ends.abort();
      await following;
      return wrong + last - seen;
    },
  };
}

async function readStreams(store, progress) {
  const { rebuild } = await built('events/index.js');
  for (let index = 0; !progress.ends; index++) {
    await rebuild(store, `task-${index % Math.max(1, Math.floor(progress.committed / EVENTS_A_TASK))}`);
    await rest(5);
  }
}

/** From the first event to the last, again and again. */
async function readLog(store, progress) {
  for (let after = 0; !progress.ends;) {
    const page = await store.readAll({ after, limit: 500 });
    after = page.at(-1)?.sequenceNumber ?? 0;
    await rest(20);
  }
}

/** Looks at sizes all the time: the most memory in the first and in the last tenth of the events, and the largest log. */
class Watch {
  largestLog = 0;
  early = 0;
  late = 0;

  constructor(file, progress) {
    this.file = file;
    this.progress = progress;
    this.look();
    this.timer = setInterval(() => this.look(), SAMPLE_MS);
  }

  look() {
    this.largestLog = Math.max(this.largestLog, logBytes(this.file));
    const memory = process.memoryUsage.rss();
    if (this.progress.committed <= EARLY) this.early = Math.max(this.early, memory);
    else if (this.progress.committed > EVENTS - EARLY) this.late = Math.max(this.late, memory);
  }

  stop() {
    this.look();
    clearInterval(this.timer);
  }
}

const named = (make) =>
  Object.fromEntries(Object.entries(bounds).map(([name, bound]) => [`soak: ${name}`, make(bound)]));

await compare({
  file: import.meta.url,
  title: `${EVENTS.toLocaleString('en-US')} events from ${TASKS_AT_ONCE} tasks at a time, with readers and subscribers`,
  rounds: 1,
  arms: { soak },
  units: named(({ unit }) => unit),
  targets: named(({ atMost }) => (atMost === undefined ? [] : { atMost })),
});
