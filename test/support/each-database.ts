import { join } from 'node:path';
import { describe } from '@jest/globals';
import { type Database, PostgresDatabase, SqliteDatabase } from '../../src/storage/index.ts';
import { describeOnPostgres, temporaryPostgres } from './postgres.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A fresh, empty database, which another process can open, too. */
export interface TestDatabase {
  readonly database: Database;
  /** A directory of its own, beside the database. */
  readonly directory: string;
  another(): Promise<Database>;
  close(): Promise<void>;
}

/** The same tests on SQLite and on PostgreSQL; on the latter only where there is one. */
export function describeOnEachDatabase(title: string, tests: (open: () => Promise<TestDatabase>) => void): void {
  describe(`${title}, on SQLite`, () => tests(onSqlite));
  describeOnPostgres(`${title}, on PostgreSQL`, () => tests(onPostgres));
}

async function onSqlite(): Promise<TestDatabase> {
  const place = temporaryDirectory();
  return opened(
    () => SqliteDatabase.open({ path: join(place.path, 'taskloom.db') }),
    place.path,
    () => place[Symbol.dispose](),
  );
}

async function onPostgres(): Promise<TestDatabase> {
  const server = await temporaryPostgres();
  const place = temporaryDirectory();
  return opened(
    () => PostgresDatabase.open({ url: server.url }),
    place.path,
    async () => {
      place[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  );
}

async function opened(
  open: () => Promise<Database>,
  directory: string,
  clear: () => void | Promise<void>,
): Promise<TestDatabase> {
  const all: Database[] = [];
  const another = async () => {
    const database = await open();
    all.push(database);
    return database;
  };
  return {
    database: await another(),
    directory,
    another,
    close: async () => {
      await Promise.all(all.map((each) => each.close()));
      await clear();
    },
  };
}
