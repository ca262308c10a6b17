import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { Database } from '../storage/index.ts';
import { SqliteEventStore } from './event-store.sqlite.ts';
import { said } from './store-under-test.contract.ts';

describe('verifying a stream', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let path: string;
  let database: Database;
  let store: SqliteEventStore;

  beforeEach(async () => {
    directory = temporaryDirectory();
    path = join(directory.path, 'events.db');
    database = await Database.open({ path });
    store = await SqliteEventStore.open({ database });
    for (let index = 1; index <= 6; index++) {
      await store.append('a', [said(`a${index}`)]);
      await store.append('b', [said(`b${index}`)]);
    }
  });

  afterEach(async () => {
    await database.close();
    directory[Symbol.dispose]();
  });

  /** Somebody with access to the file changes it behind the store's back. */
  function tamper(sql: string): void {
    const intruder = new DatabaseSync(path);
    intruder.exec(sql);
    intruder.close();
  }

  const ofA = "stream = (SELECT id FROM streams WHERE task_id = 'a')";

  it('finds an untouched one intact, an unknown one empty, and a long one whole [EV-30]', async () => {
    expect(await store.verify('a')).toEqual({ intact: true, events: 6 });
    expect(await store.verify('nobody')).toEqual({ intact: true, events: 0 });
    await store.append(
      'long',
      Array.from({ length: 1300 }, (_, index) => said(`${index}`)),
    );
    const [verification] = await Promise.all([store.verify('long'), store.append('long', [said('meanwhile')])]);
    expect(verification).toEqual({ intact: true, events: 1300 });
  });

  it.each([
    ['data', `data = '{"guidance":"forged","by":"tester"}'`],
    ['type', "type = 'TASK_CANCELLED'"],
    ['timestamp', "timestamp = '2020-01-01T00:00:00.000Z'"],
    ['clock', `clock = '{"other":1}'`],
    ['cause', "causation_id = '01990000-0000-7000-8000-000000000001'"],
    ['correlation', "correlation_id = 'other'"],
    ['code version', 'code_version = 7'],
    ['event id', "event_id = '01990000-0000-7000-8000-000000000001'"],
    ['place in the log', 'sequence = 99'],
  ])('names the first event whose %s was changed [EV-30]', async (_what, change) => {
    const [, , third] = await store.getEvents('a');
    tamper(`UPDATE events SET ${change} WHERE ${ofA} AND stream_sequence = 3`);
    const eventId = change.startsWith('event_id') ? '01990000-0000-7000-8000-000000000001' : third?.eventId;
    expect(await store.verify('a')).toEqual({
      intact: false,
      events: 2,
      streamSequence: 3,
      eventId,
      problem: 'changed',
    });
    expect(await store.verify('b')).toMatchObject({ intact: true });
  });

  it('names the first event that was removed, also at the end [EV-30]', async () => {
    tamper(`DELETE FROM events WHERE ${ofA} AND stream_sequence = 6`);
    expect(await store.verify('a')).toMatchObject({ intact: false, streamSequence: 6, problem: 'removed' });
    tamper(`DELETE FROM events WHERE ${ofA} AND stream_sequence = 2`);
    expect(await store.verify('a')).toMatchObject({ intact: false, streamSequence: 2, problem: 'removed' });
  });

  it('notices events that have changed places, and numbers that were closed up after a removal [EV-30]', async () => {
    tamper(`UPDATE events SET stream_sequence = 100 WHERE ${ofA} AND stream_sequence = 2;
      UPDATE events SET stream_sequence = 2 WHERE ${ofA} AND stream_sequence = 3;
      UPDATE events SET stream_sequence = 3 WHERE ${ofA} AND stream_sequence = 100`);
    expect(await store.verify('a')).toMatchObject({ intact: false, streamSequence: 2, problem: 'changed' });
    tamper(`DELETE FROM events WHERE stream <> 1 AND stream_sequence = 1;
      UPDATE events SET stream_sequence = stream_sequence - 1 WHERE stream <> 1;
      UPDATE streams SET version = 5 WHERE task_id = 'b'`);
    expect(await store.verify('b')).toMatchObject({ intact: false, streamSequence: 1, problem: 'changed' });
  });

  it('notices an end that was cut off together with the count [EV-30]', async () => {
    tamper(
      `DELETE FROM events WHERE ${ofA} AND stream_sequence = 6; UPDATE streams SET version = 5 WHERE task_id = 'a'`,
    );
    expect(await store.verify('a')).toMatchObject({ intact: false, problem: 'changed', events: 5 });
  });
});
