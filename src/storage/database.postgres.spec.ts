import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { describeOnPostgres, runSql, temporaryPostgres } from '../../test/support/postgres.ts';
import { databaseContract } from './database.contract.ts';
import { PostgresDatabase } from './database.postgres.ts';

const table = { id: 1, up: 'CREATE TABLE items (name text PRIMARY KEY)' };
const insert = (name: string) => ({ sql: 'INSERT INTO items (name) VALUES (?)', parameters: [name] });

describeOnPostgres('PostgresDatabase', () => {
  databaseContract(async () => {
    const place = await temporaryPostgres();
    const opened: PostgresDatabase[] = [];
    const another = async () => {
      const database = await PostgresDatabase.open({ url: place.url });
      opened.push(database);
      return database;
    };
    return {
      database: await another(),
      another,
      close: async () => {
        await Promise.all(opened.map((each) => each.close()));
        await place[Symbol.asyncDispose]();
      },
    };
  });

  it('reports connections that the server has ended, and goes on with new ones [EV-26]', async () => {
    await using place = await temporaryPostgres();
    const database = await PostgresDatabase.open({ url: place.url });
    await database.migrate('test', [table]);
    const endAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    const inTheMiddle = database.transaction(async (session) => {
      await session.apply([insert('lost')]);
      await runSql(place.url, endAll);
      await session.apply([insert('lost too')]);
    });
    await expect(inTheMiddle).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', cause: 'unreachable' });
    await database.write([insert('kept')]);
    expect(await database.query('SELECT name FROM items')).toEqual([['kept']]);
    await database.close();
  });

  it('answers whoever it is asked by before it closes, however many wait for a connection [EV-26, EV-27]', async () => {
    await using place = await temporaryPostgres();
    const database = await PostgresDatabase.open({ url: place.url });
    const reader = database.reader<{ names: { name: string } }>();
    const one = () => sql<{ one: number }>`SELECT 1 AS one`.execute(reader);
    const asked = Array.from({ length: 30 }, () => [one(), database.query('SELECT 1')]).flat();
    // By now some have a connection, and the others wait for one.
    await asked[0];
    const waiting = Promise.all([...asked, one(), database.query('SELECT 1')]);
    const closing = database.close();
    await expect(one()).rejects.toMatchObject({ code: 'STORAGE_CLOSED' });
    await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 'STORAGE_CLOSED' });
    expect(await waiting).toHaveLength(62);
    await closing;
  });

  it('keeps nothing of a transaction in which a failure was overlooked [EV-20]', async () => {
    await using place = await temporaryPostgres();
    const database = await PostgresDatabase.open({ url: place.url });
    await database.migrate('test', [table]);
    const overlooking = database.transaction(async (session) => {
      await session.apply([insert('a')]);
      await session.run('no SQL at all').catch(() => undefined);
    });
    await expect(overlooking).rejects.toMatchObject({ code: 'STORAGE_STATEMENT_FAILED' });
    expect(await database.query('SELECT name FROM items')).toEqual([]);
    await database.close();
  });

  it('says which server is not there, or which database, and never a password [EV-26]', async () => {
    await using place = await temporaryPostgres();
    const elsewhere = new URL(place.url);
    elsewhere.password = 'hunter2';
    elsewhere.pathname = '/nowhere';
    await expect(PostgresDatabase.open({ url: elsewhere.href })).rejects.toMatchObject({ cause: 'missing' });
    elsewhere.port = '1';
    const opening = PostgresDatabase.open({ url: elsewhere.href });
    await expect(opening).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', cause: 'unreachable' });
    await expect(opening).rejects.toThrow(/postgres:\/\/\S+:1\/nowhere is unavailable: the server cannot be reached/);
    await expect(opening).rejects.not.toThrow(/hunter2/);
  });

  it('says of a database or a URL of the wrong kind what would be right [EV-26, PL-7]', async () => {
    await using place = await temporaryPostgres();
    const name = `taskloom_latin_${process.pid}`;
    await runSql(place.url, `CREATE DATABASE ${name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
    const latin = new URL(place.url);
    latin.pathname = `/${name}`;
    const opening = PostgresDatabase.open({ url: latin.href });
    await expect(opening).rejects.toMatchObject({ code: 'STORAGE_DATABASE_UNFIT', kind: 'unavailable' });
    await expect(opening).rejects.toThrow(/its encoding is LATIN1. Make one of UTF8 \(`createdb --encoding=UTF8/);
    await runSql(place.url, `DROP DATABASE ${name}`);
    const withCertificate = PostgresDatabase.open({ url: `${place.url}?sslrootcert=/no/such.pem` });
    await expect(withCertificate).rejects.toThrow(/of DATABASE_URL cannot be used: .*such\.pem.*\. Correct the URL/);
  });
});
