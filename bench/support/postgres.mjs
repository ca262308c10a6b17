import { randomBytes } from 'node:crypto';
import { skip } from './arms.mjs';
import { peer } from './peers.mjs';

/** A throw-away PostgreSQL beside the arms, for `compare`; where there is none, arms find no address and are skipped. */
export async function postgresBeside() {
  try {
    const { startPostgres } = await import('../../scripts/postgres.mjs');
    const { url, stop } = await startPostgres();
    return { variables: { BENCH_POSTGRES: url }, stop };
  } catch (error) {
    return { variables: { BENCH_NO_POSTGRES: error.message } };
  }
}

/** The address of a new, empty database. Skips the arm where no PostgreSQL runs. */
export async function emptyDatabase() {
  const address = process.env.BENCH_POSTGRES;
  if (!address) skip(`no PostgreSQL: ${process.env.BENCH_NO_POSTGRES}`);
  const client = await connected(address);
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(address);
  url.pathname = `/${name}`;
  return url.href;
}

export async function connected(url) {
  const { default: pg } = await peer('pg');
  const client = new pg.Client(url);
  // An arm leaves it open; the server that goes away afterwards is no failure.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
