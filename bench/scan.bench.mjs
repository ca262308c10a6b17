import { built, compare, scaled } from './support/arms.mjs';
import { emmettCopy, streamsIn, taskLog } from './support/logs.mjs';
import { peer } from './support/peers.mjs';
import { PlainRead } from './support/plain-read.mjs';
import { openStore } from './support/stores.mjs';
import { declareAllTypes } from './support/task-life.mjs';

// A log of a million events of coding tasks from its first to its last, in seconds, with the most memory that the
// process had: every event read and counted; every task's state; every hash.
const EVENTS = scaled(1_000_000, 5_000);
const PAGE = 250;

/** A fold that costs next to nothing: how often each type came, and how far each stream has got. */
class Counts {
  types = new Map();
  streams = new Map();
  events = 0;

  add(stream, type) {
    this.types.set(type, (this.types.get(type) ?? 0) + 1);
    this.streams.set(stream, (this.streams.get(stream) ?? 0) + 1);
    this.events += 1;
  }
}

async function measured(work) {
  const started = performance.now();
  const events = await work();
  const seconds = (performance.now() - started) / 1000;
  if (events !== EVENTS) throw new Error(`Met ${events} events of ${EVENTS}.`);
  return { value: seconds, memory: process.resourceUsage().maxRSS / 1024 };
}

function plainly(options) {
  return async () => {
    const reader = new PlainRead(await taskLog(EVENTS), options);
    const [sequence, stream, type] = options?.arrays ? [0, 1, 4] : ['sequence', 'task_id', 'type'];
    return measured(() => {
      const counts = new Counts();
      for (let after = 0; ;) {
        const page = reader.page(after, PAGE);
        for (const row of page) counts.add(row[stream], row[type]);
        if (page.length < PAGE) return counts.events;
        after = page.at(-1)[sequence];
      }
    });
  };
}

async function emmett() {
  const file = await emmettCopy(await taskLog(EVENTS));
  const { readMessagesBatch, sqliteConnection } = await peer('@event-driven-io/emmett-sqlite');
  const connection = sqliteConnection({ fileName: file });
  return measured(async () => {
    const counts = new Counts();
    for (let after = 0n; ;) {
      const page = await readMessagesBatch(connection, { after, batchSize: PAGE });
      for (const { type, metadata } of page.messages) counts.add(metadata.streamName, type);
      if (!page.areEventsLeft) return counts.events;
      after = page.currentGlobalPosition;
    }
  });
}

async function scanned() {
  const { store } = await openStore('', await taskLog(EVENTS));
  return measured(async () => {
    const counts = new Counts();
    for (let after = 0; ;) {
      const page = await store.readAll({ after, limit: PAGE });
      for (const { taskId, eventType } of page) counts.add(taskId, eventType);
      if (page.length < PAGE) return counts.events;
      after = page.at(-1).sequenceNumber;
    }
  });
}

/** Every stream's state, one after the other; a server holds no more than those it works at. */
async function states() {
  const { store } = await openStore('', await taskLog(EVENTS));
  const { rebuild } = await built('events/index.js');
  await declareAllTypes();
  return measured(async () => {
    let [events, streams, afterTaskId] = [0, 0, ''];
    for (;;) {
      const page = await store.streams({ afterTaskId, limit: PAGE });
      for (const { taskId } of page) events += (await rebuild(store, taskId)).eventCount;
      streams += page.length;
      if (page.length < PAGE) break;
      afterTaskId = page.at(-1).taskId;
    }
    if (streams !== streamsIn(EVENTS)) throw new Error(`Met ${streams} streams.`);
    return events;
  });
}

async function verified() {
  const { store } = await openStore('', await taskLog(EVENTS));
  return measured(async () => {
    const { intact, events } = await store.verifyLog();
    if (!intact) throw new Error('The log is not as it was written.');
    return events;
  });
}

const ours = 'readAll and fold';

const arms = {
  'SELECT + JSON.parse and fold': plainly(),
  'SELECT + JSON.parse and fold, rows as arrays': plainly({ arrays: true }),
  'emmett-sqlite readMessagesBatch and fold': emmett,
  [ours]: scanned,
  'state of every task': states,
  'verify the whole log': verified,
};

await compare({
  file: import.meta.url,
  title: `From the first to the last of ${EVENTS.toLocaleString('en-US')} events`,
  unit: 's',
  units: Object.fromEntries(Object.keys(arms).map((arm) => [`${arm}: memory`, 'MB'])),
  prepare: () => taskLog(EVENTS),
  arms,
  targets: {
    [ours]: [
      { of: 'SELECT + JSON.parse and fold', atMost: 1.6 },
      { of: 'SELECT + JSON.parse and fold, rows as arrays' },
      { of: 'emmett-sqlite readMessagesBatch and fold', timesFaster: 1.7 },
    ],
    [`${ours}: memory`]: { atMost: 200 },
    'state of every task': { atMost: 5 },
    'state of every task: memory': { atMost: 200 },
    'verify the whole log: memory': { atMost: 200 },
  },
});
