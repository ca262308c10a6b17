import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { sleep } from '../kernel/clock.ts';
import { SqliteDatabase } from './database.sqlite.ts';
import type { GuardedStatement } from './statement.ts';

describe('the files of a database', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let path: string;
  let database: SqliteDatabase;

  const sql = (text: string, ...parameters: string[]): GuardedStatement => ({ sql: text, parameters });
  const bytesOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const becomes = async (condition: () => boolean) => {
    for (const deadline = Date.now() + 15_000; !condition() && Date.now() < deadline;) await sleep(20);
    return condition();
  };
  const fill = async (count: number) => {
    for (let index = 0; index < count; index++) {
      await database.write([sql('INSERT INTO notes (text) VALUES (?)', 'x'.repeat(100_000))]);
    }
  };

  beforeEach(async () => {
    directory = temporaryDirectory();
    path = join(directory.path, 'test.db');
    database = await SqliteDatabase.open({ path });
    await database.write([sql('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)')]);
  });

  afterEach(async () => {
    await database.close();
    directory[Symbol.dispose]();
  });

  it('shrink again when what was in them is gone, without anybody asking', async () => {
    await fill(100);
    expect(await becomes(() => bytesOf(path) > 10_000_000 && bytesOf(`${path}-wal`) === 0)).toBe(true);
    await database.write([sql('DELETE FROM notes')]);
    expect(await becomes(() => bytesOf(path) < 2_000_000 && bytesOf(`${path}-wal`) === 0)).toBe(true);
    await fill(1);
    expect(database.select('SELECT count(*) FROM notes')).toEqual([[1]]);
    expect(database.select('PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it('stay bounded by the log that a long reader keeps, which is folded back once the reader has gone', async () => {
    const other = new DatabaseSync(path);
    other.exec('BEGIN');
    other.prepare('SELECT count(*) FROM notes').get();
    await fill(300);
    expect(bytesOf(`${path}-wal`)).toBeGreaterThan(20_000_000);
    other.exec('COMMIT');
    other.close();
    await fill(1);
    expect(await becomes(() => bytesOf(`${path}-wal`) === 0)).toBe(true);
    expect(database.select('SELECT count(*) FROM notes')).toEqual([[301]]);
  });

  it('keep the log small while writes go on without a pause', async () => {
    let largest = 0;
    for (let round = 0; round < 40; round++) {
      await Promise.all(Array.from({ length: 50 }, () => fill(1)));
      largest = Math.max(largest, bytesOf(`${path}-wal`));
    }
    expect(bytesOf(path)).toBeGreaterThan(150_000_000);
    expect(largest).toBeLessThan(64 * 1024 * 1024);
  }, 60_000);
});
