import { randomUUID } from 'node:crypto';
import { describe } from '@jest/globals';
import pg from 'pg';
import { findPostgres } from '../../scripts/postgres.mjs';

/** Whether these tests can reach a PostgreSQL: an installed one, or that of TASKLOOM_TEST_POSTGRES_URL. */
export const hasPostgres = process.env.TASKLOOM_TEST_POSTGRES_URL !== undefined || findPostgres() !== null;

/** For tests that need PostgreSQL: where there is none they are skipped, and Jest says so. */
export const describeOnPostgres = hasPostgres ? describe : describe.skip;

/** Databases of the run's own server that were emptied again: to make one takes a third of a second. */
const emptied: string[] = [];

/** A fresh, empty database that is gone when the scope ends: `await using database = await temporaryPostgres()`. */
export async function temporaryPostgres(): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = await serverUrl();
  const url = new URL(emptied.pop() ?? (await newDatabase(server)));
  return {
    url: url.href,
    [Symbol.asyncDispose]: async () => {
      if (process.env.TASKLOOM_TEST_POSTGRES_URL) {
        await runSql(server, `DROP DATABASE ${url.pathname.slice(1)} WITH (FORCE)`);
        return;
      }
      await runSql(url.href, EMPTY);
      emptied.push(url.href);
    },
  };
}

const EMPTY = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
  DROP SCHEMA public CASCADE;
  CREATE SCHEMA public;`;

async function newDatabase(server: string): Promise<string> {
  const name = `taskloom_test_${randomUUID().replaceAll('-', '')}`;
  await runSql(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs SQL on a connection of its own and answers the rows. */
export async function runSql(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

/** The run's server, started by the first who asks. */
async function serverUrl(): Promise<string> {
  const { TASKLOOM_TEST_POSTGRES_URL: given, TASKLOOM_TEST_POSTGRES_BROKER: broker } = process.env;
  if (given) return given;
  if (!broker) throw new Error('No PostgreSQL was offered to this test: run it with `npm run jest`.');
  const answer = await fetch(broker);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
