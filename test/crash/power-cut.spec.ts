import { randomBytes, randomInt } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '../../src/events/event-store.sqlite.ts';
import { sleep } from '../../src/kernel/clock.ts';
import { Connection } from '../../src/storage/connection.ts';
import { SqliteDatabase } from '../../src/storage/database.sqlite.ts';
import { type Acknowledged, AppenderProcess } from '../support/appender-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { endOfFrames, lifeOf, pagesOf } from '../support/write-ahead-log.ts';

/*
 * What a power cut may do, and nothing that it may not. What was synced is there: the frames of the write-ahead log that
 * were on disk at the last acknowledgement; or, where the log was begun anew since, the database file that they were
 * folded into before. All else may be anything: the rest of the log, and every page of the database file that the synced
 * frames hold too, as it may have been in the middle of being written. The index (-shm) is no part of the disk's state.
 */

const CUTS = Number(process.env.POWER_CUTS ?? 50);
const CUTS_PER_LOG = 25;

const NOTHING: Acknowledged = { taskId: '', streamSequence: 0, eventId: '', frames: 0, salt: '' };

/** A copy of the files at this very moment, as they would stand in the disk's cache; the process sleeps on. */
async function freeze(appender: AppenderProcess, path: string, copy: string): Promise<readonly Acknowledged[]> {
  await appender.stop();
  const acknowledged = appender.acknowledged();
  copyFileSync(path, copy);
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
  return acknowledged;
}

/** Answers what was done, for the message of a failure. */
function cutPower(copy: string, { frames, salt }: Acknowledged): string {
  const log = existsSync(`${copy}-wal`) ? readFileSync(`${copy}-wal`) : Buffer.alloc(0);
  const life = lifeOf(log);
  const isSameLife = life?.salt === salt;
  const synced = life && isSameLife ? endOfFrames(frames, life.pageBytes) : 0;
  expect(log.length).toBeGreaterThanOrEqual(synced);
  if (life && isSameLife) tearPages(copy, pagesOf(log, frames, life.pageBytes), life.pageBytes);
  const [name, damaged] = damage(log, synced);
  writeFileSync(`${copy}-wal`, damaged);
  return `${name}; ${synced} of ${log.length} bytes of the log synced`;
}

function damage(log: Buffer, synced: number): readonly [string, Buffer] {
  const unsynced = log.length - synced;
  if (unsynced === 0) return ['all synced', log];
  const at = synced + randomInt(unsynced);
  switch (randomInt(5)) {
    case 0:
      return [`cut off at ${at}`, log.subarray(0, at)];
    case 1:
      return [`zeros from ${at}`, Buffer.concat([log.subarray(0, at), Buffer.alloc(log.length - at)])];
    case 2:
      return [`garbage from ${at}`, Buffer.concat([log.subarray(0, at), randomBytes(log.length - at)])];
    case 3:
      return ['sectors lost', loseSectors(log, synced)];
    default:
      return ['nothing unsynced came through', log.subarray(0, synced)];
  }
}

/** Some of the sectors that were on their way did not arrive, whatever their order. */
function loseSectors(log: Buffer, synced: number): Buffer {
  const damaged = Buffer.from(log);
  for (let at = synced; at < log.length; at += 512) {
    if (randomInt(3) === 0) damaged.fill(randomInt(2) === 0 ? 0 : 0xa5, at, Math.min(at + 512, log.length));
  }
  return damaged;
}

/** Half of a page is new, half is nonsense. */
function tearPages(copy: string, pages: readonly number[], pageBytes: number): void {
  const file = readFileSync(copy);
  for (const page of pages) {
    const start = (page - 1) * pageBytes;
    if (randomInt(3) > 0 || start >= file.length) continue;
    file.fill(randomBytes(pageBytes / 2), start + randomInt(2) * (pageBytes / 2), start + pageBytes);
  }
  writeFileSync(copy, file);
}

async function expectWhole(copy: string, acknowledged: readonly Acknowledged[]): Promise<void> {
  const database = await SqliteDatabase.open({ path: copy });
  try {
    const store = await SqliteEventStore.open({ database });
    expect(database.select('PRAGMA integrity_check')).toEqual([['ok']]);
    const events = await store.lastSequence();
    expect(await store.verifyLog()).toMatchObject({ intact: true, events });
    const ids = new Set(database.select('SELECT event_id FROM events').map(([eventId]) => eventId));
    expect(acknowledged.filter(({ eventId }) => !ids.has(eventId))).toEqual([]);
    const data = { guidance: 'on', by: 'tester' };
    const [next] = await store.append('after', [{ eventType: 'USER_INTERVENTION', data }]);
    expect(next?.sequenceNumber).toBe(events + 1);
  } finally {
    await database.close();
  }
}

describe('a store whose machine loses its power while it writes', () => {
  it(
    `has every acknowledged event and an intact log after each of ${CUTS} cuts [EV-25, EV-20, EV-30]`,
    async () => {
      using directory = temporaryDirectory();
      let withUnsynced = 0;
      let protectedFrames = 0;
      for (let cut = 0; cut < CUTS; cut += CUTS_PER_LOG) {
        const path = join(directory.path, `log-${cut}.db`);
        await using appender = await new AppenderProcess().start({ path, name: 'a', callers: 6 });
        await appender.until(20);
        for (let index = cut; index < Math.min(cut + CUTS_PER_LOG, CUTS); index++) {
          appender.child.kill('SIGCONT');
          await sleep(Math.random() * 25);
          const place = join(directory.path, `cut-${index}`);
          mkdirSync(place);
          const copy = join(place, 'events.db');
          const acknowledged = await freeze(appender, path, copy);
          const last = acknowledged.at(-1) ?? NOTHING;
          const done = cutPower(copy, last);
          if (!done.startsWith('all synced')) withUnsynced += 1;
          if (!done.includes(' 0 of ')) protectedFrames += 1;
          await expectWhole(copy, acknowledged).catch((error: unknown) => {
            throw new Error(`cut ${index}: ${done}`, { cause: error });
          });
        }
      }
      // Both kinds were tried: with and without frames that must survive.
      expect(withUnsynced).toBeGreaterThan(CUTS / 4);
      expect(protectedFrames).toBeGreaterThan(CUTS / 4);
    },
    60_000 + CUTS * 1000,
  );

  it('syncs the log before each commit is acknowledged [EV-20, EV-25]', () => {
    using directory = temporaryDirectory();
    const connection = new Connection(join(directory.path, 'events.db'), 'writer');
    const FULL = 2;
    expect(connection.prepare('PRAGMA synchronous', 'arrays').get()).toEqual([FULL]);
    expect(connection.prepare('PRAGMA journal_mode', 'arrays').get()).toEqual(['wal']);
    connection.close();
  });
});
