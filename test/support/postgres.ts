import { randomBytes } from 'node:crypto';
import { describe } from '@jest/globals';
import { Client } from 'pg';

const server = process.env.TASKLOOM_TEST_POSTGRES_URL;

/** Skipped, visibly, where no PostgreSQL is installed. */
export const describePostgres = server ? describe : describe.skip;

/** A new, empty database; gone when it is disposed of. */
export async function postgresDatabase(): Promise<AsyncDisposable & { readonly url: string }> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = new URL(server ?? '');
  url.pathname = `/${name}`;
  return { url: url.href, [Symbol.asyncDispose]: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function administer(sql: string): Promise<void> {
  const client = new Client(server);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
