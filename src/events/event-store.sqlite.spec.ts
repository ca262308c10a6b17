import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { newProcessId } from '../kernel/ids.ts';
import { SqliteDatabase } from '../storage/index.ts';
import { eventStoreContract } from './event-store.contract.ts';
import { SqliteEventStore } from './event-store.sqlite.ts';
import { rebuild } from './project-task.ts';
import { said, words } from './store-under-test.contract.ts';

describe('SqliteEventStore', () => {
  eventStoreContract(async () => {
    const directory = temporaryDirectory();
    const path = join(directory.path, 'events.db');
    const now = Date.UTC(2026, 0, 31, 12);
    const options = { clock: () => now, maxBytes: 65_536, maxClockSkewMs: 60_000 };
    const database = await SqliteDatabase.open({ path });
    await database.write([
      { sql: 'CREATE TABLE counter (value INTEGER NOT NULL)', parameters: [] },
      { sql: 'INSERT INTO counter (value) VALUES (0)', parameters: [] },
    ]);
    const processId = newProcessId('test');
    const store = await SqliteEventStore.open({ database, processId, ...options });
    const others: SqliteDatabase[] = [];
    return {
      store,
      now,
      processId,
      another: async () => {
        const other = await SqliteDatabase.open({ path });
        others.push(other);
        return SqliteEventStore.open({ database: other, ...options });
      },
      empty: async () => {
        const other = await SqliteDatabase.open({ path: join(directory.path, `empty-${others.length}.db`) });
        others.push(other);
        return SqliteEventStore.open({ database: other, ...options });
      },
      addToCounter: (amount, ifValue) => ({
        sql: 'UPDATE counter SET value = value + ? WHERE value = ?',
        parameters: [amount, ifValue],
        guard: { name: 'counter', rows: 1 },
      }),
      counter: () => Promise.resolve(Number(database.select('SELECT value FROM counter')[0]?.[0])),
      close: async () => {
        await store.close();
        for (const each of [...others, database]) await each.close();
        directory[Symbol.dispose]();
      },
    };
  });
});

describe('large data in SQLite', () => {
  it('is stored once, however many events hold it, and is read and verified as if each had its own [EV-31]', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'events.db');
    const database = await SqliteDatabase.open({ path });
    const store = await SqliteEventStore.open({ database });
    const large = 'x'.repeat(200_000);
    for (let index = 0; index < 50; index++) await store.append(`task-${index % 5}`, [said(large)]);
    expect(words(await store.getEvents('task-3'))).toEqual(Array.from({ length: 10 }, () => large));
    expect(await store.verifyLog()).toMatchObject({ intact: true, events: 50, streams: 5 });
    await database.close();
    expect(statSync(path).size).toBeLessThan(600_000);
  });
});

describe('snapshots in SQLite', () => {
  it('are passed over when the events are others, and may all be deleted: the state is the same [EV-42]', async () => {
    using directory = temporaryDirectory();
    const database = await SqliteDatabase.open({ path: join(directory.path, 'events.db') });
    const store = await SqliteEventStore.open({ database });
    await store.append(
      'a',
      Array.from({ length: 600 }, (_, index) => said(`${index}`)),
    );
    const state = await rebuild(store, 'a');
    const kept = () => database.select('SELECT stream_sequence, state FROM snapshots');
    const isKept = async () => {
      while (kept().length === 0) await nextTurn();
    };
    await isKept();
    const change = (sql: string) => database.write([{ sql, parameters: [] }]);
    await change(`UPDATE snapshots SET state = replace(state, '"599"', '"forged"')`);
    expect(JSON.stringify(await rebuild(store, 'a'))).toContain('forged');
    await change(`UPDATE snapshots SET hash = '${'0'.repeat(64)}'`);
    expect(await rebuild(store, 'a')).toEqual(state);
    await change('DELETE FROM snapshots');
    expect(await rebuild(store, 'a')).toEqual(state);
    await isKept();
    await database.close();
  });
});
