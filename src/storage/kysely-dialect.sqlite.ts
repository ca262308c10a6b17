import { type Dialect, SqliteDialect } from 'kysely';
import type { Connection } from './connection.ts';
import type { SqlValue } from './statement.ts';

/** Kysely's SQLite dialect over a connection of `node:sqlite`, with its cache of prepared statements. */
export function readerDialect(connection: Connection): Dialect {
  return new SqliteDialect({
    database: {
      // The connection belongs to Database, which closes it.
      close: () => undefined,
      prepare: (sql: string) => {
        const statement = connection.prepare(sql);
        return {
          reader: connection.returnsRows(statement),
          all: (parameters: readonly unknown[]) => statement.all(...(parameters as SqlValue[])),
          run: (parameters: readonly unknown[]) => statement.run(...(parameters as SqlValue[])),
          iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as SqlValue[])),
        };
      },
    },
  });
}
