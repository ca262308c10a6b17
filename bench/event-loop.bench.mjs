import { createServer } from 'node:http';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { compare, scaled, WARM_UP_MS } from './support/arms.mjs';
import { GroupCommitHere, GroupCommitInThread } from './support/group-commit.mjs';
import { smallEvent } from './support/small-event.mjs';
import { openStore } from './support/stores.mjs';

// What appending at full rate does to everything else in the process: the delay of the event loop, in milliseconds,
// of a server that answers the same steady load, idle otherwise or with 100 callers that append beside it.
const MILLISECONDS = scaled(4000, 300);
const REQUESTS_PER_SECOND = 1000;
const CALLERS = 100;

async function delayBeside(append) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(201, { 'content-length': '2' }).end('{}'));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  let ends = false;
  const lane = async (caller) => {
    while (!ends) await append(`task-${caller}`);
  };
  const lanes = append ? Array.from({ length: CALLERS }, (_, caller) => lane(caller)) : [];
  await load(server.address().port, WARM_UP_MS);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await load(server.address().port, MILLISECONDS);
  delay.disable();
  ends = true;
  await Promise.all(lanes);
  return { p99: delay.percentile(99) / 1e6, median: delay.percentile(50) / 1e6 };
}

function load(port, milliseconds) {
  const body = JSON.stringify(smallEvent.data);
  const workerData = { port, path: '/', body, connections: 16, milliseconds, perSecond: REQUESTS_PER_SECOND };
  return new Promise((resolve, reject) => {
    new Worker(new URL('./support/post-load.mjs', import.meta.url), { workerData })
      .once('message', resolve)
      .once('error', reject);
  });
}

function reference(GroupCommit) {
  return (directory) => {
    const log = new GroupCommit(join(directory, 'raw.db'));
    return delayBeside((stream) => log.append(stream, smallEvent.data));
  };
}

await compare({
  file: import.meta.url,
  title: `Delay of the event loop under ${REQUESTS_PER_SECOND.toLocaleString('en-US')} requests/s`,
  unit: 'ms',
  arms: {
    'idle otherwise': async (directory) => {
      await openStore(directory);
      return delayBeside(null);
    },
    'group commit in the caller’s thread, 100 callers': reference(GroupCommitHere),
    'group commit in another thread, 100 callers': reference(GroupCommitInThread),
    'event store, 100 callers': async (directory) => {
      const { store } = await openStore(directory);
      return delayBeside((stream) => store.append(stream, [smallEvent]));
    },
  },
  targets: { 'event store, 100 callers: p99': { of: 'idle otherwise: p99', atMost: 2 } },
});
