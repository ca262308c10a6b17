import { join } from 'node:path';
import { compare, scaled } from './support/arms.mjs';
import { microsecondsPerCall } from './support/callers.mjs';
import { copyOf, streamName, streamsIn, taskLog } from './support/logs.mjs';
import { smallEvent } from './support/small-event.mjs';
import { openStore } from './support/stores.mjs';

// What a log of a million events costs more than one of ten thousand: to open it, to read one of its streams of 100
// events, and to append to it.
const SMALL = scaled(10_000, 1_000);
const LARGE = scaled(1_000_000, 5_000);
const READS = scaled(3000, 50);

const opening = (events) => async (directory) => {
  // The modules are loaded before.
  const other = await openStore(directory, 'other.db');
  await other.database.close();
  const file = await taskLog(events);
  const started = performance.now();
  const { store } = await openStore('', file);
  if ((await store.lastSequence()) !== events) throw new Error('This is another log.');
  return performance.now() - started;
};

/** Streams from everywhere in the log, each time another one. */
const reading = (events) => async () => {
  const { store } = await openStore('', await taskLog(events));
  const name = everywhere(events);
  const read = async () => {
    const { length } = await store.getEvents(name());
    if (length !== 100) throw new Error(`Read ${length} events of 100.`);
  };
  await microsecondsPerCall(1, READS / 10, read);
  return (await microsecondsPerCall(1, READS, read)) / 1000;
};

/**
 * One event each. To the newest 100 streams, as many as there are in the small log: what grows is the log, not how many
 * tasks are at work. Or to streams from everywhere, whose pages nobody has touched for long. Each time to a fresh copy,
 * so that in both logs the streams are as long, and as many processes have written them.
 */
const appending = (callers, calls, streams) => (events) => async (directory) => {
  const { store } = await openStore('', copyOf(await taskLog(events), join(directory, 'taskloom.db')));
  const name = streams(events);
  const append = () => store.append(name(), [smallEvent]);
  await microsecondsPerCall(callers, calls / 10, append);
  return microsecondsPerCall(callers, calls, append);
};

/** The same jumps in every run: from stream to stream by a step that has no factor in common with their number. */
function everywhere(events) {
  const streams = streamsIn(events);
  let index = 0;
  return () => streamName((index = (index + 7_919) % streams));
}

function newest(events) {
  const streams = streamsIn(events);
  let index = 0;
  return () => streamName(streams - 1 - (index++ % streamsIn(SMALL)));
}

const [small, large] = [SMALL, LARGE].map((events) => `${events.toLocaleString('en-US')} events`);
const rows = {
  'open a log of': { arm: opening, unit: 'ms', atMost: 200 },
  'read a stream of 100 in': { arm: reading, unit: 'ms', atMost: 10 },
  'append, 1 caller, to the newest streams of': {
    arm: appending(1, scaled(3000, 50), newest),
    unit: 'µs',
    atMost: 10_000,
  },
  'append, 100 callers, to the newest streams of': { arm: appending(100, scaled(30_000, 200), newest), unit: 'µs' },
  'append, 100 callers, to streams from all of': {
    arm: appending(100, scaled(30_000, 200), everywhere),
    unit: 'µs',
    hasTarget: false,
  },
};
const forEach = (make) => Object.fromEntries(Object.entries(rows).flatMap(([what, row]) => make(what, row)));

await compare({
  file: import.meta.url,
  title: 'The same in a small and in a large log',
  rounds: 7,
  prepare: async () => {
    await taskLog(SMALL);
    await taskLog(LARGE);
  },
  arms: forEach((what, { arm }) => [
    [`${what} ${small}`, arm(SMALL)],
    [`${what} ${large}`, arm(LARGE)],
  ]),
  units: forEach((what, { unit }) => [
    [`${what} ${small}`, unit],
    [`${what} ${large}`, unit],
  ]),
  targets: forEach((what, { atMost, hasTarget = true }) => [
    [
      `${what} ${large}`,
      [
        { of: `${what} ${small}`, ...(hasTarget ? { atMost: 1.2 } : {}) },
        ...(atMost === undefined ? [] : [{ atMost }]),
      ],
    ],
  ]),
});
