import { join } from 'node:path';
import { describe } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { Database } from '../storage/index.ts';
import { eventStoreContract } from './event-store.contract.ts';
import { SqliteEventStore } from './event-store.sqlite.ts';

describe('SqliteEventStore', () => {
  eventStoreContract(async () => {
    const directory = temporaryDirectory();
    const database = await Database.open({ path: join(directory.path, 'events.db') });
    await database.write([
      { sql: 'CREATE TABLE counter (value INTEGER NOT NULL)', parameters: [] },
      { sql: 'INSERT INTO counter (value) VALUES (0)', parameters: [] },
    ]);
    const store = await SqliteEventStore.open({ database });
    return {
      store,
      addToCounter: (amount, ifValue) => ({
        sql: 'UPDATE counter SET value = value + ? WHERE value = ?',
        parameters: [amount, ifValue],
        guard: { name: 'counter', rows: 1 },
      }),
      counter: () => Promise.resolve(Number(database.select('SELECT value FROM counter')[0]?.[0])),
      close: async () => {
        store.close();
        await database.close();
        directory[Symbol.dispose]();
      },
    };
  });
});
