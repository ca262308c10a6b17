import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { SqliteDatabase } from './database.sqlite.ts';
import { lockDataDirectory } from './data-directory-lock.ts';
import { makePrivateDirectory, makePrivateFile, openToOthers } from './private-files.ts';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

let umask: number;

beforeEach(() => {
  umask = process.umask(0);
});

afterEach(() => void process.umask(umask));

describe('private files, whatever the umask (PL-3)', () => {
  it('are made for this user alone, and left as they are where they are there [PL-3]', async () => {
    using place = temporaryDirectory();
    const directory = join(place.path, 'deep/data');
    await makePrivateDirectory(directory);
    expect([modeOf(directory), modeOf(join(place.path, 'deep'))]).toEqual(['700', '700']);
    const path = join(directory, 'file');
    makePrivateFile(path);
    expect(modeOf(path)).toBe('600');
    writeFileSync(path, 'content');
    chmodSync(path, 0o640);
    makePrivateFile(path);
    expect([modeOf(path), statSync(path).size]).toEqual(['640', 7]);
    makePrivateFile(join(place.path, 'nowhere/file'));
    expect(existsSync(join(place.path, 'nowhere'))).toBe(false);
  });

  it('are the database, its log, its index and the lock of its directory [PL-3]', async () => {
    using place = temporaryDirectory();
    const lock = await lockDataDirectory(place.path);
    const database = await SqliteDatabase.open({ path: join(place.path, 'taskloom.db') });
    await database.migrate('test', [{ id: 1, up: 'CREATE TABLE t (a INTEGER) STRICT;' }]);
    const modes = readdirSync(place.path).map((name) => `${name} ${modeOf(join(place.path, name))}`);
    expect(modes).toEqual(
      expect.arrayContaining(['server.lock 600', 'taskloom.db 600', 'taskloom.db-shm 600', 'taskloom.db-wal 600']),
    );
    expect(modes.filter((each) => !each.endsWith(' 600'))).toEqual([]);
    // What the first settings of a new file are is not changed by its being made before.
    expect(database.select('PRAGMA auto_vacuum')).toEqual([[2]]);
    await database.close();
    await lock.release();
  });

  it('are told from those that others can get at [PL-3]', async () => {
    using place = temporaryDirectory();
    writeFileSync(join(place.path, 'open'), '', { mode: 0o644 });
    writeFileSync(join(place.path, 'closed'), '', { mode: 0o600 });
    expect(await openToOthers(place.path)).toBeNull();
    chmodSync(place.path, 0o750);
    expect(await openToOthers(place.path)).toEqual({ mode: '750', files: ['open'] });
    expect(await openToOthers(join(place.path, 'nowhere'))).toBeNull();
  });
});
