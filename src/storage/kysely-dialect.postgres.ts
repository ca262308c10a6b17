import { type Dialect, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { keepable } from './values.postgres.ts';

export interface ReaderConnections {
  /** Rejects once they are closed. */
  readonly connect: () => Promise<pg.PoolClient>;
  readonly errorOf: (error: unknown) => Error;
}

/** Kysely's PostgreSQL dialect over connections that belong to somebody else, who closes them and words their errors. */
export function postgresReaderDialect(connections: ReaderConnections): Dialect {
  const refuse = (error: unknown): never => {
    throw connections.errorOf(error);
  };
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await connections.connect().catch(refuse);
    const query = (sql: string, parameters: readonly unknown[]) =>
      client.query(sql, keepable(parameters)).catch(refuse);
    // Through unknown: the other form takes a cursor, which only somebody who streams would give.
    return { query: query as unknown as PostgresPoolClient['query'], release: (destroy) => client.release(destroy) };
  };
  return new PostgresDialect({ pool: { connect, end: () => Promise.resolve(), options: {} } });
}
