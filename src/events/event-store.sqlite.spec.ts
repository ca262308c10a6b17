import { join } from 'node:path';
import { describe } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { newProcessId } from '../kernel/ids.ts';
import { Database } from '../storage/index.ts';
import { eventStoreContract } from './event-store.contract.ts';
import { SqliteEventStore } from './event-store.sqlite.ts';

describe('SqliteEventStore', () => {
  eventStoreContract(async () => {
    const directory = temporaryDirectory();
    const path = join(directory.path, 'events.db');
    const now = Date.UTC(2026, 0, 31, 12);
    const options = { clock: () => now, maxBytes: 65_536, maxClockSkewMs: 60_000 };
    const database = await Database.open({ path });
    await database.write([
      { sql: 'CREATE TABLE counter (value INTEGER NOT NULL)', parameters: [] },
      { sql: 'INSERT INTO counter (value) VALUES (0)', parameters: [] },
    ]);
    const processId = newProcessId('test');
    const store = await SqliteEventStore.open({ database, processId, ...options });
    const others: Database[] = [];
    return {
      store,
      now,
      processId,
      another: async () => {
        const other = await Database.open({ path });
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
        store.close();
        for (const each of [...others, database]) await each.close();
        directory[Symbol.dispose]();
      },
    };
  });
});
