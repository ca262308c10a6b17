import { describe, expect, it } from '@jest/globals';
import { describeOnPostgres, runSql, temporaryPostgres } from '../../test/support/postgres.ts';
import { newProcessId } from '../kernel/ids.ts';
import { PostgresDatabase } from '../storage/index.ts';
import { eventStoreContract } from './event-store.contract.ts';
import { PostgresEventStore } from './event-store.postgres.ts';
import { said, words } from './store-under-test.contract.ts';

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

  /** Several stores on one log that all know where it stands, as each has written last in its turn. */
  async function stores(url: string) {
    const database = await PostgresDatabase.open({ url });
    const closing = new AsyncDisposableStack();
    closing.defer(() => database.close());
    const [a, b] = await Promise.all([1, 2].map(() => PostgresEventStore.open({ database })));
    if (!a || !b) throw new Error('Two stores were opened.');
    for (const store of [a, b]) for (const text of ['1', '2', '3']) await store.append('task', [said(text)]);
    return { database, a, b, [Symbol.asyncDispose]: () => closing.disposeAsync() };
  }

  it('finds out when another process has written since it knew the log [EV-22]', async () => {
    await using place = await temporaryPostgres();
    await using opened = await stores(place.url);
    const { a, b } = opened;
    // In `a` the knowledge is three events old.
    await a.append('task', [said('4')]);
    await b.append('other', [said('5')]);
    const [event] = await a.append('task', [said('6')]);
    expect(event).toMatchObject({ sequenceNumber: 9, streamSequence: 8 });
    expect(words(await a.getEvents('task'))).toEqual(['1', '2', '3', '1', '2', '3', '4', '6']);
    expect(await b.verifyLog()).toMatchObject({ intact: true, events: 9 });
  });

  it('keeps what it knows apart from what it believes: a refusal is always one of the log itself [EV-22]', async () => {
    await using place = await temporaryPostgres();
    await using opened = await stores(place.url);
    const { a, b } = opened;
    for (const store of [a, b, a, a, a, b, b]) {
      const at = (await store.head('task'))?.streamSequence ?? 0;
      await expect(store.append('task', [said('late')], { expectedSequence: at - 1 })).rejects.toMatchObject({
        code: 'EVENTS_STREAM_CONFLICT',
      });
      const [event] = await store.append('task', [said('in time')], { expectedSequence: at });
      expect(event?.streamSequence).toBe(at + 1);
    }
  });

  it('finds out when the clock of a stream was made smaller since it knew the log [EV-13]', async () => {
    await using place = await temporaryPostgres();
    await using opened = await stores(place.url);
    const { a, b } = opened;
    await b.append('task', [said('4')]);
    const generations = '[]';
    await runSql(
      place.url,
      `INSERT INTO retired_processes (stream, generations) SELECT id, '${generations}' FROM streams;
       UPDATE streams SET retired = 1, clock = '{"*0":7}'`,
    );
    const [event] = await b.append('task', [said('5')]);
    expect(event?.vectorClock['*0']).toBe(7);
    expect(await a.lastSequence()).toBe(8);
  });

  describe('many callers at a time [EV-22]', () => {
    it('keeps every event once and in the order of each caller, whoever else writes', async () => {
      await using place = await temporaryPostgres();
      await using opened = await stores(place.url);
      const { a, b } = opened;
      const callers = Array.from({ length: 150 }, async (_, caller) => {
        const store = caller % 50 === 0 ? b : a;
        for (let index = 0; index < 6; index++)
          await store.append(`stream-${caller % 75}`, [said(`${caller}:${index}`)]);
      });
      await Promise.all(callers);
      expect(await a.verifyLog()).toMatchObject({ intact: true, events: 6 + 900 });
      for (let caller = 0; caller < 75; caller++) {
        const all = words(await b.getEvents(`stream-${caller}`)).map(String);
        for (const one of [caller, caller + 75]) {
          const own = all.filter((text) => text.startsWith(`${one}:`));
          expect(own).toEqual(Array.from({ length: 6 }, (_, index) => `${one}:${index}`));
        }
      }
    });

    it('keeps texts that the way to the server has signs of its own for', async () => {
      await using place = await temporaryPostgres();
      await using opened = await stores(place.url);
      const { a } = opened;
      const text = 'a\\b\tc\nd\re\\N\\.\u0001"\'{},🙂\u2028';
      const options = { correlationId: `x\t\\N\n${text}` };
      const [event] = await a.append('a\\tb \\N', [said(text), said('\\.'), said('\\N')], options);
      expect(await a.findEvent(event?.eventId ?? '')).toEqual(event);
      expect(words(await a.getEvents('a\\tb \\N'))).toEqual([text, '\\.', '\\N']);
      expect(await a.verifyLog()).toMatchObject({ intact: true });
    });
  });
});
