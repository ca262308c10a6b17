import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { SqliteDatabase } from '../storage/index.ts';
import type { StoredEvent } from './event.ts';
import { SqliteEventStore } from './event-store.sqlite.ts';
import { said } from './store-under-test.contract.ts';

/** Only root may mount a file system of its own, small enough to be filled; elsewhere these tests are skipped, and say so. */
const asRoot = process.getuid?.() === 0 && process.platform === 'linux' ? it : it.skip;

describe('a store on a disk that fills up', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let place: string;
  let database: SqliteDatabase;
  let store: SqliteEventStore;

  const open = async () => {
    database = await SqliteDatabase.open({ path: join(place, 'events.db') });
    store = await SqliteEventStore.open({ database });
  };
  const ballast = () => join(place, 'ballast');
  const resize = (size: string) => execFileSync('mount', ['-o', `remount,size=${size}`, place]);
  /** Leaves so many bytes free. */
  const fillUpTo = (free: number) => {
    const { bavail, bsize } = statfsSync(place);
    writeFileSync(ballast(), Buffer.alloc(bavail * bsize - free));
  };

  beforeEach(() => {
    directory = temporaryDirectory();
    place = join(directory.path, 'store');
    mkdirSync(place);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', place]);
  });

  afterEach(async () => {
    await database.close();
    execFileSync('umount', ['--lazy', place]);
    directory[Symbol.dispose]();
  });

  /** The log holds what was acknowledged, and nothing between two events is missing. */
  async function expectHolds(acknowledged: readonly StoredEvent[]): Promise<void> {
    const events: StoredEvent[] = [];
    while (events.length < (await store.lastSequence()))
      events.push(...(await store.readAll({ after: events.length })));
    expect(events.map((event) => event.sequenceNumber)).toEqual(events.map((_, index) => index + 1));
    const byId = new Map(events.map((event) => [event.eventId, event]));
    for (const event of acknowledged) expect(byId.get(event.eventId)).toEqual(event);
    for (const { taskId } of await store.streams()) expect(await store.verify(taskId)).toMatchObject({ intact: true });
    expect(database.select('PRAGMA integrity_check')).toEqual([['ok']]);
  }

  /** Appends until it is refused, and answers why. */
  async function appendUntilRefused(taskId: string, acknowledged: StoredEvent[], characters: number): Promise<unknown> {
    for (;;) {
      try {
        acknowledged.push(...(await store.append(taskId, [said(randomBytes(characters / 2).toString('hex'))])));
      } catch (error) {
        return error;
      }
    }
  }

  const diskFull = { code: 'STORAGE_UNAVAILABLE', kind: 'unavailable', cause: 'diskFull' };

  asRoot(
    'refuses each of several callers, keeps what it acknowledged, and serves all of them later [EV-26]',
    async () => {
      await open();
      fillUpTo(600_000);
      const acknowledged: StoredEvent[] = [];
      const callers = Array.from({ length: 8 }, (_, caller) => `task-${caller}`);
      const refused = await Promise.all(callers.map((taskId) => appendUntilRefused(taskId, acknowledged, 3000)));
      for (const error of refused) expect(error).toMatchObject(diskFull);
      await expectHolds(acknowledged);
      rmSync(ballast());
      const later = await Promise.all(callers.map((taskId) => store.append(taskId, [said('later')])));
      await expectHolds([...acknowledged, ...later.flat()]);
    },
  );

  asRoot('loses nothing when the disk is full while the log is folded into the file [EV-26, EV-25]', async () => {
    await open();
    const acknowledged: StoredEvent[] = [];
    // Room for the log of 1,000 pages beside the file, and for a part of what they would make the file grow to.
    resize('6m');
    expect(await appendUntilRefused('a', acknowledged, 60_000)).toMatchObject(diskFull);
    // The file had begun to grow with what the full log was to give it.
    expect(statSync(join(place, 'events.db-wal')).size).toBeGreaterThanOrEqual(1000 * 4096);
    expect(statSync(join(place, 'events.db')).size).toBeGreaterThan(1_000_000);
    await expectHolds(acknowledged);
    await database.close();
    await expectOpensOrSaysFull();
    resize('32m');
    await open();
    acknowledged.push(...(await store.append('a', [said('after')])));
    await expectHolds(acknowledged);
  });

  async function expectOpensOrSaysFull(): Promise<void> {
    const opened = await SqliteDatabase.open({ path: join(place, 'events.db') }).catch((error: unknown) => error);
    if (opened instanceof SqliteDatabase) await opened.close();
    else expect(opened).toMatchObject(diskFull);
  }

  asRoot('says at the opening that the disk is full, and opens once there is room [EV-26]', async () => {
    await open();
    const acknowledged = [...(await store.append('a', [said('before')]))];
    await database.close();
    fillUpTo(0);
    await expect(SqliteDatabase.open({ path: join(place, 'events.db') })).rejects.toMatchObject(diskFull);
    await expect(SqliteDatabase.open({ path: join(place, 'new.db') })).rejects.toMatchObject(diskFull);
    rmSync(ballast());
    await open();
    await expectHolds(acknowledged);
    acknowledged.push(...(await store.append('a', [said('after')])));
    await expectHolds(acknowledged);
  });
});
