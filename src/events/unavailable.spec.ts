import { randomBytes } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { SqliteDatabase } from '../storage/index.ts';
import { SqliteEventStore } from './event-store.sqlite.ts';
import { said, words } from './store-under-test.contract.ts';

const isRoot = process.getuid?.() === 0;
/** A file system of its own can only be mounted by root, and root is not bound by the rights of files: those tests say so. */
const asRoot = isRoot && process.platform === 'linux' ? it : it.skip;

describe('a store whose file cannot be written', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let place: string;
  let database: SqliteDatabase;
  let store: SqliteEventStore;
  let mounted = false;

  const mount = (...options: string[]) => execFileSync('mount', [...options, place]);
  const open = async () => {
    database = await SqliteDatabase.open({ path: join(place, 'events.db') });
    store = await SqliteEventStore.open({ database });
  };

  beforeEach(() => {
    directory = temporaryDirectory();
    mounted = false;
    place = join(directory.path, 'store');
    mkdirSync(place);
  });

  afterEach(async () => {
    await database.close();
    if (mounted) execFileSync('umount', ['--lazy', place]);
    directory[Symbol.dispose]();
  });

  const mountSmall = () => {
    mount('-t', 'tmpfs', '-o', 'size=4m', 'tmpfs');
    mounted = true;
  };

  /** Every event is there and no sequence number is missing. */
  async function expectWhole(): Promise<void> {
    const events = await store.readAll({ after: 0 });
    expect(events.map((event) => event.sequenceNumber)).toEqual(events.map((_, index) => index + 1));
    expect(await store.verify('a')).toMatchObject({ intact: true });
  }

  asRoot('reports a full disk, reads on, and goes on by itself once there is room [EV-26]', async () => {
    mountSmall();
    await open();
    await store.append('a', [said('before')]);
    writeFileSync(join(place, 'ballast'), Buffer.alloc(2_500_000));
    // Each its own, as equal ones are stored once.
    const large = () => said(randomBytes(200_000).toString('hex'));
    const refused: unknown[] = [];
    for (let attempt = 0; attempt < 12 && refused.length === 0; attempt++) {
      await store.append('a', [large()]).catch((error: unknown) => refused.push(error));
    }
    expect(refused[0]).toMatchObject({ code: 'STORAGE_UNAVAILABLE', kind: 'unavailable', cause: 'diskFull' });
    expect(String(refused[0])).toMatch(/events\.db is unavailable: the disk is full\. Free some space/);
    expect((await store.getEvents('a', { limit: 1 }))[0]?.data).toMatchObject({ guidance: 'before' });
    const group = await Promise.allSettled([store.append('a', [large()]), store.append('a', [large()])]);
    expect(group.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    rmSync(join(place, 'ballast'));
    await store.append('a', [said('after')]);
    expect(words(await store.getEvents('a', { direction: 'backwards', limit: 1 }))).toEqual(['after']);
    await expectWhole();
  });

  asRoot('reports a read-only file system, and opens what is there once it is writable again [EV-26]', async () => {
    mountSmall();
    await open();
    await store.append('a', [said('before')]);
    await database.close();
    execFileSync('mount', ['-o', 'remount,ro', place]);
    for (const name of ['events.db', 'new.db']) {
      await expect(SqliteDatabase.open({ path: join(place, name) })).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        cause: 'readOnly',
      });
    }
    execFileSync('mount', ['-o', 'remount,rw', place]);
    await open();
    await store.append('a', [said('after')]);
    expect(words(await store.getEvents('a'))).toEqual(['before', 'after']);
    await expectWhole();
  });

  it('reports a deleted file before anything is lost in it, and goes on when it is back [EV-26]', async () => {
    await open();
    await store.append('a', [said('before')]);
    const aside = join(directory.path, 'aside');
    renameSync(place, aside);
    await expect(store.append('a', [said('lost')])).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      cause: 'fileDeleted',
    });
    expect(words(await store.getEvents('a'))).toEqual(['before']);
    mkdirSync(place);
    writeFileSync(join(place, 'events.db'), '');
    await expect(store.append('a', [said('lost')])).rejects.toMatchObject({ cause: 'fileDeleted' });
    rmSync(place, { recursive: true });
    renameSync(aside, place);
    await store.append('a', [said('after')]);
    expect(words(await store.getEvents('a'))).toEqual(['before', 'after']);
    await expectWhole();
  });

  it('reports a deleted log beside the file [EV-26]', async () => {
    await open();
    await store.append('a', [said('before')]);
    renameSync(join(place, 'events.db-wal'), join(place, 'elsewhere'));
    await expect(store.append('a', [said('lost')])).rejects.toMatchObject({ cause: 'fileDeleted' });
    renameSync(join(place, 'elsewhere'), join(place, 'events.db-wal'));
    await store.append('a', [said('after')]);
    await expectWhole();
  });

  it('reports a file that cannot be looked at any more, reads on, and goes on when it can [EV-26]', async () => {
    await open();
    await store.append('a', [said('before')]);
    const aside = join(directory.path, 'aside');
    renameSync(place, aside);
    // A link to itself: every look at what is behind it fails, for root too.
    symlinkSync(place, place);
    for (const attempt of ['first', 'second']) {
      await expect(store.append('a', [said(attempt)])).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        cause: 'io',
      });
    }
    expect(words(await store.getEvents('a'))).toEqual(['before']);
    rmSync(place);
    renameSync(aside, place);
    await store.append('a', [said('after')]);
    expect(words(await store.getEvents('a'))).toEqual(['before', 'after']);
    await expectWhole();
  });

  asRoot('reports that a user may not write there [EV-26]', async () => {
    await open();
    await store.append('a', [said('before')]);
    chmodSync(directory.path, 0o755);
    chmodSync(place, 0o555);
    const database = new URL('../storage/database.sqlite.ts', import.meta.url).href;
    const script = `const { SqliteDatabase } = await import(${JSON.stringify(database)});
      await SqliteDatabase.open({ path: ${JSON.stringify(join(place, 'new.db'))} }).catch((error) => console.log(error.cause, error.message));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      uid: 65_534,
      gid: 65_534,
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^permission .*new\.db is unavailable: this user may not write there/);
  });
});
