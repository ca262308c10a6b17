export { type DataDirectoryLock, lockDataDirectory } from './data-directory-lock.ts';
export { Database } from './database.ts';
export type { Dialect } from './dialect.ts';
export { applyStatements, PostgresDatabase, type PostgresOptions, queryRows } from './database.postgres.ts';
export { failureOfPostgres } from './failure.postgres.ts';
export { positional } from './positional.ts';
export { type Columns, type LoadedCommand, SqliteDatabase } from './database.sqlite.ts';
export type { StoreProblem } from './failure.ts';
export type { WriteCommand } from './group-commit.ts';
export type { Migration } from './migration.ts';
export { SqliteFile } from './sqlite-file.ts';
export type { GuardedStatement, Row, SqlValue, Statement } from './statement.ts';
export {
  DatabaseTooNewError,
  DataDirectoryLockedError,
  GuardFailedError,
  StatementFailedError,
  StoreClosedError,
  StoreUnavailableError,
  toError,
} from './storage.errors.ts';
export { DATABASE_FILE, StorageModule } from './storage.module.ts';
export type { WriteTransaction } from './write-transaction.ts';
