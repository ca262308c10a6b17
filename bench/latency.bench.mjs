import { join } from 'node:path';
import { compare } from './support/arms.mjs';
import { callsPerSecond, percentile } from './support/callers.mjs';
import { GroupCommitHere, GroupCommitInThread } from './support/group-commit.mjs';
import { smallEvent } from './support/small-event.mjs';
import { openStore } from './support/stores.mjs';

// How long one durable append takes while 100 callers append as fast as they are answered: the event store against
// a group commit that does nothing else.
const CALLERS = 100;

async function times(append) {
  // Until then a thread may still be starting.
  await append('task-0');
  const taken = [];
  await callsPerSecond(CALLERS, async (caller) => {
    const started = performance.now();
    await append(`task-${caller}`);
    taken.push(performance.now() - started);
  });
  // The first third warms up.
  const measured = taken.slice(Math.floor(taken.length / 3));
  return { p99: percentile(measured, 0.99), median: percentile(measured, 0.5) };
}

function reference(GroupCommit) {
  return (directory) => {
    const log = new GroupCommit(join(directory, 'raw.db'));
    return times((stream) => log.append(stream, smallEvent.data));
  };
}

const references = ['group commit in the caller’s thread', 'group commit in another thread'];

await compare({
  file: import.meta.url,
  title: 'One append among 100 callers',
  unit: 'ms',
  arms: {
    [references[0]]: reference(GroupCommitHere),
    [references[1]]: reference(GroupCommitInThread),
    'event store': async (directory) => {
      const { store } = await openStore(directory);
      return times((stream) => store.append(stream, [smallEvent]));
    },
  },
  targets: {
    'event store: p99': { of: references.map((name) => `${name}: p99`), atMost: 1.5 },
    'event store: median': { atMost: 10 },
  },
});
