import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { compare, DURATION_MS, scaled, WARM_UP_MS } from './support/arms.mjs';
import { callsPerSecond } from './support/callers.mjs';
import { GroupCommitHere, GroupCommitInThread } from './support/group-commit.mjs';
import { emmettEvent, emmettSqlite } from './support/peers.mjs';
import { RawTable } from './support/raw-table.mjs';
import { smallEvent } from './support/small-event.mjs';
import { openStore } from './support/stores.mjs';

// Durable appends of events with 500 bytes of data, in events a second: what a file and SQLite give when they are fed by
// hand, and a peer, against the public event store with validation, clocks, idempotency and the chain of hashes.
const GROUP = 100;
const group = Array.from({ length: GROUP }, (_, index) => ({ stream: `task-${index}`, data: smallEvent.data }));

/** As many groups as there is time for, once they are warmed up. */
function groupsPerSecond(size, commit) {
  let written = 0;
  const writeFor = (milliseconds) => {
    const [started, before] = [performance.now(), written];
    while (performance.now() - started < milliseconds) {
      commit(written);
      written += size;
    }
    return ((written - before) / (performance.now() - started)) * 1000;
  };
  writeFor(WARM_UP_MS);
  return writeFor(DURATION_MS);
}

async function file(directory) {
  const handle = openSync(join(directory, 'events.jsonl'), 'a');
  const rate = groupsPerSecond(GROUP, () => {
    writeSync(handle, group.map((event) => `${JSON.stringify(event)}\n`).join(''));
    fdatasyncSync(handle);
  });
  closeSync(handle);
  return rate;
}

async function rawInGroups(directory) {
  const table = new RawTable(join(directory, 'raw.db'));
  return groupsPerSecond(GROUP, () => table.commit(group));
}

async function rawOneByOne(directory) {
  const table = new RawTable(join(directory, 'raw.db'));
  return groupsPerSecond(1, (written) => table.commit([group[written % GROUP]]));
}

function reference(GroupCommit) {
  return async (directory) => {
    const log = new GroupCommit(join(directory, 'raw.db'));
    // Until then a thread may still be starting.
    await log.append('task-0', smallEvent.data);
    return callsPerSecond(GROUP, (caller) => log.append(`task-${caller}`, smallEvent.data));
  };
}

function store(callers) {
  return async (directory) => {
    const { store: events } = await openStore(directory);
    return callsPerSecond(callers, (caller) => events.append(`task-${caller}`, [smallEvent]));
  };
}

/** Calls that were refused because the database was busy do not count, nor do those whose refusal nobody catches. */
function emmett(callers, options) {
  return async (directory) => {
    const pass = () => undefined;
    process.on('uncaughtException', pass);
    const events = await emmettSqlite(join(directory, 'emmett.db'), options);
    await events.schema.migrate();
    const append = (caller) => events.appendToStream(`task-${caller}`, [emmettEvent(smallEvent)]);
    const rate = await callsPerSecond(callers, (caller) => append(caller).catch(() => false));
    process.off('uncaughtException', pass);
    return rate;
  };
}

await compare({
  file: import.meta.url,
  title: 'Durable append to SQLite, 500-byte events',
  unit: 'events/s',
  arms: {
    'file with fdatasync, 100 a write': file,
    'node:sqlite, 100 a transaction': rawInGroups,
    'group commit in the caller’s thread, 100 callers': reference(GroupCommitHere),
    'group commit in another thread, 100 callers': reference(GroupCommitInThread),
    // Its calls lock one another out.
    'emmett-sqlite, 100 callers': emmett(scaled(GROUP, 1)),
    'emmett-sqlite, one shared connection, 100 callers': emmett(GROUP, { sharedConnection: true }),
    'event store, 100 callers': store(GROUP),
    'node:sqlite, 1 a transaction': rawOneByOne,
    'emmett-sqlite, 1 caller': emmett(1),
    'emmett-sqlite, one shared connection, 1 caller': emmett(1, { sharedConnection: true }),
    'event store, 1 caller': store(1),
  },
  targets: {
    'event store, 100 callers': [
      { of: 'node:sqlite, 100 a transaction', atLeast: 0.7 },
      { of: ['emmett-sqlite, 100 callers', 'emmett-sqlite, one shared connection, 100 callers'], atLeast: 5 },
    ],
    'event store, 1 caller': [
      { of: 'node:sqlite, 1 a transaction', atLeast: 0.8 },
      { of: 'emmett-sqlite, 1 caller', atLeast: 5 },
      // No target: five times as much would be more than SQLite itself gives.
      { of: 'emmett-sqlite, one shared connection, 1 caller' },
    ],
  },
});
