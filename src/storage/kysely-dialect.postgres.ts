import { type Dialect, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { keepable } from './values.postgres.ts';

/** Kysely's PostgreSQL dialect over connections that belong to somebody else, who closes them and words their errors. */
export function postgresReaderDialect(pool: pg.Pool, errorOf: (error: unknown) => Error): Dialect {
  const refuse = (error: unknown): never => {
    throw errorOf(error);
  };
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect().catch(refuse);
    const query = (sql: string, parameters: readonly unknown[]) =>
      client.query(sql, keepable(parameters)).catch(refuse);
    // Through unknown: the other form takes a cursor, which only somebody who streams would give.
    return { query: query as unknown as PostgresPoolClient['query'], release: (destroy) => client.release(destroy) };
  };
  return new PostgresDialect({ pool: { connect, end: () => Promise.resolve(), options: {} } });
}
