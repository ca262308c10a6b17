import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { SqliteDatabase } from '../storage/index.ts';
import { SqliteEventStore } from './event-store.sqlite.ts';
import { said } from './store-under-test.contract.ts';

describe('verifying a log', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let path: string;
  let database: SqliteDatabase;
  let store: SqliteEventStore;

  beforeEach(async () => {
    directory = temporaryDirectory();
    path = join(directory.path, 'events.db');
    database = await SqliteDatabase.open({ path });
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

  it('finds an untouched stream intact, an unknown one empty, and a long one whole [EV-30]', async () => {
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
    ['actor', `actor = '{"name":"bob"}'`],
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

  describe('as a whole log', () => {
    it('gives a seal that holds for ever after, and notices when what was sealed was written anew [EV-30]', async () => {
      const verified = await store.verifyLog();
      expect(verified).toMatchObject({ intact: true, events: 12, streams: 2, seal: { sequence: 12 } });
      const seal = verified.intact ? verified.seal : null;
      if (!seal) throw new Error('not intact');
      await store.append('c', [said('later')]);
      expect(await store.verifyLog({ seal })).toMatchObject({ intact: true, events: 13, streams: 3 });
      const forged = { sequence: 5, hash: seal.hash };
      expect(await store.verifyLog({ seal: forged })).toMatchObject({ intact: false, sequence: 5, problem: 'seal' });
      // Another log with the same words: all its chains hold.
      using elsewhere = temporaryDirectory();
      const other = await SqliteDatabase.open({ path: join(elsewhere.path, 'events.db') });
      const written = await SqliteEventStore.open({ database: other });
      for (let index = 1; index <= 12; index++) await written.append('a', [said(`${index}`)]);
      expect(await written.verifyLog()).toMatchObject({ intact: true, events: 12 });
      expect(await written.verifyLog({ seal })).toMatchObject({ intact: false, sequence: 12, problem: 'seal' });
      expect(await written.verifyLog({ seal: { ...seal, sequence: 20 } })).toMatchObject({ problem: 'seal' });
      await other.close();
    });

    const named = (taskId: string | null, streamSequence: number | null, problem: string, sequence: number | null) =>
      expect.objectContaining({ intact: false, taskId, streamSequence, problem, sequence }) as unknown;

    it.each([
      ['changed words', `UPDATE events SET data = '{}' WHERE ${ofA} AND stream_sequence = 3`, ['a', 3, 'changed', 5]],
      ['a removed event', `DELETE FROM events WHERE ${ofA} AND stream_sequence = 3`, [null, null, 'removed', 5]],
      ['the last event removed', 'DELETE FROM events WHERE sequence = 12', ['b', 6, 'removed', null]],
      [
        'a stream removed, the numbers of the log closed up',
        `DELETE FROM events WHERE ${ofA}; UPDATE events SET sequence = sequence / 2`,
        ['b', 1, 'changed', 1],
      ],
      [
        'the end of a stream removed together with its count',
        `DELETE FROM events WHERE sequence = 12; UPDATE streams SET version = 5 WHERE task_id = 'b'`,
        ['b', 6, 'removed', null],
      ],
      [
        'two events of a stream in the other order',
        `UPDATE events SET sequence = 100 WHERE sequence = 5; UPDATE events SET sequence = 5 WHERE sequence = 7;
         UPDATE events SET sequence = 7 WHERE sequence = 100`,
        ['a', 4, 'reordered', 5],
      ],
      [
        'all events of a stream at the end removed',
        `DELETE FROM events WHERE sequence > 12`,
        ['last', 1, 'removed', null],
      ],
    ] as const)('names the first event that is amiss: %s [EV-30]', async (_what, change, expected) => {
      await store.append('last', [said('x')]);
      if (!change.includes('sequence > 12'))
        tamper(`DELETE FROM events WHERE sequence = 13;
        DELETE FROM streams WHERE task_id = 'last'`);
      tamper(change);
      expect(await store.verifyLog()).toEqual(named(...(expected as Parameters<typeof named>)));
    });

    it('notices large data that is no longer what was kept [EV-30]', async () => {
      await store.append('a', [said('x'.repeat(20_000))]);
      expect(await store.verifyLog()).toMatchObject({ intact: true });
      tamper(`UPDATE payloads SET data = replace(data, 'xxx', 'xyx')`);
      expect(await store.verifyLog()).toMatchObject({
        intact: false,
        taskId: 'a',
        streamSequence: 7,
        problem: 'changed',
      });
    });

    it('verifies while others append, up to where the log stood [EV-30]', async () => {
      const more = (name: string) => Array.from({ length: 1200 }, (_, index) => said(`${name} ${index}`));
      await store.append('long', more('long'));
      const [verified] = await Promise.all([
        store.verifyLog(),
        ...Array.from({ length: 20 }, (_, index) => store.append(index % 2 ? 'long' : `new-${index}`, [said('on')])),
      ]);
      expect(verified).toMatchObject({ intact: true, events: 1212, streams: 3 });
    });
  });
});
