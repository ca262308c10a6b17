import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { lockDataDirectory } from './data-directory-lock.ts';
import { databaseContract } from './database.contract.ts';
import { SqliteDatabase } from './database.sqlite.ts';

interface Tables {
  items: { name: string; count: number };
}

const table = { id: 1, up: 'CREATE TABLE items (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT' };
const insert = (name: string, count = 0) => ({
  sql: 'INSERT INTO items (name, count) VALUES (?, ?) RETURNING name, count',
  parameters: [name, count],
});

describe('SqliteDatabase', () => {
  databaseContract(async () => {
    const place = temporaryDirectory();
    const opened: SqliteDatabase[] = [];
    const another = async () => {
      const database = await SqliteDatabase.open({ path: join(place.path, 'shared.db') });
      opened.push(database);
      return database;
    };
    return {
      database: await another(),
      another,
      close: async () => {
        for (const each of opened) await each.close();
        place[Symbol.dispose]();
      },
    };
  });

  let directory: ReturnType<typeof temporaryDirectory>;
  let path: string;
  let database: SqliteDatabase;

  beforeEach(async () => {
    directory = temporaryDirectory();
    path = join(directory.path, 'test.db');
    database = await SqliteDatabase.open({ path });
    await database.migrate('test', [table]);
  });

  afterEach(async () => {
    await database.close();
    directory[Symbol.dispose]();
  });

  const names = () => database.select('SELECT name FROM items ORDER BY name').map(([name]) => name);

  it('takes values of every kind', async () => {
    const parameters = [null, 1.5, 2n ** 60n, 'é\u0000', new Uint8Array([1, 2])];
    await database.write([{ sql: 'CREATE TABLE kinds (a, b, c, d, e)', parameters: [] }]);
    await database.write([{ sql: 'INSERT INTO kinds VALUES (?, ?, ?, ?, ?)', parameters }]);
    const [row] = database.select('SELECT a, b, CAST(c AS TEXT), d, e FROM kinds');
    expect(row).toEqual([null, 1.5, String(2n ** 60n), 'é\u0000', new Uint8Array([1, 2])]);
  });

  it('reads only: a change through the reader is refused', async () => {
    await expect(database.reader<Tables>().deleteFrom('items').execute()).rejects.toThrow(/readonly/);
    expect(() => database.select('DELETE FROM items RETURNING *')).toThrow();
  });

  it('commits everything asked for before it closes, and closes once', async () => {
    const writes = Array.from({ length: 50 }, (_, index) => database.write([insert(`n${index}`)]));
    const closing = database.close();
    await expect(database.write([insert('late')])).rejects.toMatchObject({ code: 'STORAGE_CLOSED' });
    await Promise.all([...writes, closing, database.close()]);
    expect(() => names()).toThrow(expect.objectContaining({ code: 'STORAGE_CLOSED' }));
    const again = new DatabaseSync(path);
    expect(again.prepare('SELECT count(*) AS count FROM items').get()?.count).toBe(50);
    again.close();
    // Folded into the file: what is backed up by copying the file alone is whole.
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });

  it('keeps the log beside the file bounded, however much is written', async () => {
    const text = 'x'.repeat(100_000);
    for (let round = 0; round < 40; round++) {
      const writes = Array.from({ length: 20 }, (_, index) => database.write([insert(`${text}${round}-${index}`)]));
      await Promise.all(writes);
    }
    expect(statSync(`${path}-wal`).size).toBeLessThan(24 * 1024 * 1024);
  });

  describe('opening', () => {
    it('says that a directory is missing [EV-26]', async () => {
      const nowhere = join(directory.path, 'no', 'where.db');
      await expect(SqliteDatabase.open({ path: nowhere })).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        cause: 'missing',
      });
    });

    it('says that a file is no database, and leaves it as it is [EV-25]', async () => {
      const other = join(directory.path, 'letter.db');
      const letter = 'Dear database, '.repeat(1000);
      writeFileSync(other, letter);
      await expect(SqliteDatabase.open({ path: other })).rejects.toMatchObject({ cause: 'damaged' });
      await expect(SqliteDatabase.open({ path: other })).rejects.toThrow(
        /letter\.db is unavailable: it is not an intact SQLite/,
      );
      expect(readFileSync(other, 'utf8')).toBe(letter);
    });

    it('reports a damaged page where it is read, and goes on with the rest [EV-25]', async () => {
      await database.migrate('more', [{ id: 1, up: 'CREATE TABLE intact (a); INSERT INTO intact VALUES (7)' }]);
      await Promise.all(
        Array.from({ length: 300 }, (_, index) => database.write([insert(`${'x'.repeat(900)}${index}`)])),
      );
      await database.close();
      const bytes = readFileSync(path);
      const root = new DatabaseSync(path, { readOnly: true });
      const page = Number(root.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'items'").get()?.rootpage);
      root.close();
      bytes.fill(0xff, (page - 1) * 4096, page * 4096);
      writeFileSync(path, bytes);
      database = await SqliteDatabase.open({ path });
      expect(() => database.select('SELECT count FROM items')).toThrow(
        expect.objectContaining({ code: 'STORAGE_UNAVAILABLE', cause: 'damaged' }),
      );
      await expect(database.write([insert('b')])).rejects.toMatchObject({ cause: 'damaged' });
      expect(database.select('SELECT a FROM intact')).toEqual([[7]]);
    });
  });

  describe('the lock of a data directory', () => {
    it('lets one server at a time have it, and the next after it let go', async () => {
      const lock = await lockDataDirectory(directory.path);
      await expect(lockDataDirectory(directory.path)).rejects.toMatchObject({ code: 'STORAGE_DATA_DIRECTORY_LOCKED' });
      await expect(lockDataDirectory(directory.path)).rejects.toThrow(directory.path);
      await lock.release();
      await lock.release();
      const next = await lockDataDirectory(directory.path);
      await next.release();
    });

    it('is free at once when its holder is killed', async () => {
      const script = `const { lockDataDirectory } = await import(${JSON.stringify(new URL('./data-directory-lock.ts', import.meta.url).href)});
        await lockDataDirectory(${JSON.stringify(directory.path)}); console.log('locked'); setInterval(() => undefined, 1000);`;
      const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(holder.stdout, 'data');
      await expect(lockDataDirectory(directory.path)).rejects.toMatchObject({ code: 'STORAGE_DATA_DIRECTORY_LOCKED' });
      holder.kill('SIGKILL');
      await once(holder, 'exit');
      const lock = await lockDataDirectory(directory.path);
      await lock.release();
    });

    it('says that the directory is missing', async () => {
      await expect(lockDataDirectory(join(directory.path, 'none'))).rejects.toMatchObject({ cause: 'missing' });
    });
  });
});
