import type { Kysely } from 'kysely';
import type { DatabaseDialect, Migration } from './migration.ts';
import type { GuardedStatement, Row } from './statement.ts';

/** How much room a database takes, in bytes. */
export interface DatabaseSize {
  readonly database: number;
  /** Of its write-ahead log; 0 where it has none of its own. */
  readonly log: number;
}

/** One database, whichever it is. Knows nothing of what a table means. */
export abstract class Database {
  abstract readonly dialect: DatabaseDialect;

  /** Reads with Kysely, typed by the tables the caller owns. Writing goes through `write`. */
  abstract reader<Tables>(): Kysely<Tables>;

  /**
   * Runs the statements, with `?` for their parameters, as one atomic unit, and resolves with the rows of each one's
   * RETURNING once they are on disk. Writes come one after the other, also those of other processes. Rejects with
   * GuardFailedError, StatementFailedError or StoreUnavailableError, and then nothing was written.
   */
  abstract write(statements: readonly GuardedStatement[]): Promise<Row[][]>;

  /**
   * Brings one module's tables up to date. Safe to repeat, also from several processes at once. Rejects with
   * DatabaseTooNewError when the database was written by a newer version.
   */
  abstract migrate(module: string, migrations: readonly Migration[]): Promise<void>;

  /** Does not grow with what is in it. */
  abstract size(): Promise<DatabaseSize>;

  /** Commits what was asked for, then lets go of the database. Safe to repeat. */
  abstract close(): Promise<void>;
}
