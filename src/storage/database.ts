import type { Kysely } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { Migration } from './migration.ts';
import type { GuardedStatement, Row } from './statement.ts';

/** One database, whatever its kind: reads with Kysely, writes that are all or nothing. Knows nothing of what a table means. */
export abstract class Database {
  /** For the few places where the same thing is said differently. */
  abstract readonly dialect: Dialect;

  /** Reads with Kysely, typed by the tables the caller owns. Writing goes through `write`. */
  abstract reader<Tables>(): Kysely<Tables>;

  /**
   * Runs the statements as one atomic unit and resolves with the rows of each one's RETURNING once they are on disk.
   * Parameters stand as `?`. Rejects with GuardFailedError or StoreUnavailableError, and then nothing was written.
   */
  abstract write(statements: readonly GuardedStatement[]): Promise<Row[][]>;

  /**
   * Brings one module's tables up to date. Safe to repeat, also from several processes at once. Rejects with
   * DatabaseTooNewError when the database was written by a newer version.
   */
  abstract migrate(module: string, migrations: readonly Migration[]): Promise<void>;

  /** Commits what was asked for, then lets go of the database. Safe to repeat. */
  abstract close(): Promise<void>;
}
