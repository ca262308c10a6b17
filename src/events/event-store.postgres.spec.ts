import { describeOnPostgres, temporaryPostgres } from '../../test/support/postgres.ts';
import { newProcessId } from '../kernel/ids.ts';
import { PostgresDatabase } from '../storage/index.ts';
import { eventStoreContract } from './event-store.contract.ts';
import { PostgresEventStore } from './event-store.postgres.ts';

describeOnPostgres('PostgresEventStore [EV-27]', () => {
  eventStoreContract(async () => {
    const now = Date.UTC(2026, 0, 31, 12);
    const options = { clock: () => now, maxBytes: 65_536, maxClockSkewMs: 60_000 };
    const closing: (() => PromiseLike<void>)[] = [];
    const opened = async (url: string, processId = newProcessId()) => {
      const database = await PostgresDatabase.open({ url });
      const store = await PostgresEventStore.open({ database, processId, ...options });
      closing.push(async () => {
        await store.close();
        await database.close();
      });
      return { database, store };
    };
    const empty = async () => {
      const made = await temporaryPostgres();
      closing.push(() => made[Symbol.asyncDispose]());
      return made.url;
    };
    const url = await empty();
    const processId = newProcessId('test');
    const { database, store } = await opened(url, processId);
    await database.write([
      { sql: 'CREATE TABLE counter (value integer NOT NULL)', parameters: [] },
      { sql: 'INSERT INTO counter (value) VALUES (0)', parameters: [] },
    ]);
    return {
      store,
      now,
      processId,
      another: async () => (await opened(url)).store,
      empty: async () => (await opened(await empty())).store,
      addToCounter: (amount, ifValue) => ({
        sql: 'UPDATE counter SET value = value + ? WHERE value = ?',
        parameters: [amount, ifValue],
        guard: { name: 'counter', rows: 1 },
      }),
      counter: async () => Number((await database.query('SELECT value FROM counter'))[0]?.[0]),
      close: async () => {
        for (const close of closing.reverse()) await close();
      },
    };
  });
});
