import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { SqliteDatabase } from '../storage/index.ts';
import type { EventDraft } from './event.ts';
import { SqliteEventStore } from './event-store.sqlite.ts';
import { declareUpcasters } from './event-types.ts';

declare module './event.ts' {
  interface EventPayloads {
    /** Version 1: {name}. Version 2: {first, last}. Version 3: {person: {first, last}}. */
    PERSON_NAMED: { person: { first: string; last: string } };
  }
}

const split = ({ name }: Readonly<Record<string, unknown>>) => {
  const [first = '', last = ''] = String(name).split(' ');
  return { first, last };
};
const nest = (person: Readonly<Record<string, unknown>>) => ({ person });

describe('an event whose shape has changed since it was written', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let database: SqliteDatabase;
  let store: SqliteEventStore;

  beforeEach(async () => {
    directory = temporaryDirectory();
    database = await SqliteDatabase.open({ path: join(directory.path, 'events.db') });
    store = await SqliteEventStore.open({ database });
    // What an older program wrote: its payloads are not of today's type.
    const old = (data: object) => ({ eventType: 'PERSON_NAMED', data }) as unknown as EventDraft;
    declareUpcasters('PERSON_NAMED', []);
    await store.append('a', [old({ name: 'Ada Lovelace' })]);
    declareUpcasters('PERSON_NAMED', [split]);
    await store.append('a', [old({ first: 'Grace', last: 'Hopper' })]);
    declareUpcasters('PERSON_NAMED', [split, nest]);
    await store.append('a', [{ eventType: 'PERSON_NAMED', data: { person: { first: 'Barbara', last: 'Liskov' } } }]);
    // Today's program begins with nothing in memory of what the older ones wrote.
    store = await SqliteEventStore.open({ database });
  });

  afterEach(async () => {
    await database.close();
    directory[Symbol.dispose]();
  });

  it('is lifted step by step to the newest shape by every way of reading, and stays as it was on disk [EV-1]', async () => {
    const people = [
      { person: { first: 'Ada', last: 'Lovelace' } },
      { person: { first: 'Grace', last: 'Hopper' } },
      { person: { first: 'Barbara', last: 'Liskov' } },
    ];
    const events = await store.getEvents('a');
    expect(events.map(({ data }) => data)).toEqual(people);
    expect((await store.readAll({ after: 0 })).map(({ data }) => data)).toEqual(people);
    expect((await store.findEvent(events[0]?.eventId ?? ''))?.data).toEqual(people[0]);
    for await (const batch of store.subscribe({ taskId: 'a', after: 0 })) {
      expect(batch.map(({ data }) => data)).toEqual(people);
      break;
    }
    expect(Object.isFrozen((events[0]?.data as { person: object }).person)).toBe(true);
    expect(database.select('SELECT type_version, data FROM events ORDER BY sequence')[0]).toEqual([
      1,
      '{"name":"Ada Lovelace"}',
    ]);
    expect(await store.verify('a')).toEqual({ intact: true, events: 3 });
  });

  it('is refused by an older program rather than misread [EV-1]', async () => {
    declareUpcasters('PERSON_NAMED', [split]);
    await expect(store.getEvents('a')).rejects.toMatchObject({ code: 'EVENTS_TOO_NEW', kind: 'unavailable' });
    await expect(store.getEvents('a')).rejects.toThrow(
      'Event 3, a PERSON_NAMED, has version 3 of its shape, this program knows 2: start the newer version',
    );
    expect(await store.getEvents('a', { until: 2 })).toHaveLength(2);
  });

  it('has its version in the chain of hashes [EV-30]', async () => {
    await database.write([{ sql: 'UPDATE events SET type_version = 1 WHERE sequence = 2', parameters: [] }]);
    expect(await store.verify('a')).toMatchObject({ intact: false, streamSequence: 2, problem: 'changed' });
  });
});
