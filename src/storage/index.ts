export { type DataDirectoryLock, lockDataDirectory } from './data-directory-lock.ts';
export { Database, type DatabaseSize } from './database.ts';
export { PostgresDatabase, type PostgresDatabaseOptions } from './database.postgres.ts';
export { type LoadedCommand, SqliteDatabase, type SqliteDatabaseOptions } from './database.sqlite.ts';
export type { StoreProblem } from './failure.ts';
export type { WriteCommand } from './group-commit.ts';
export { Gathering, type Settled } from './gathering.ts';
export type { DatabaseDialect, Migration } from './migration.ts';
export { SqliteFile } from './sqlite-file.ts';
export type { Columns, GuardedStatement, Row, SqlValue, Statement } from './statement.ts';
export {
  DatabaseTooNewError,
  DatabaseUnfitError,
  DataDirectoryLockedError,
  GuardFailedError,
  StatementFailedError,
  StoreClosedError,
  StoreUnavailableError,
} from './storage.errors.ts';
export { makePrivateDirectory, makePrivateFile, openToOthers } from './private-files.ts';
export { DATABASE_FILE, openDatabase } from './open-database.ts';
export { numbered } from './placeholders.ts';
export { StorageModule } from './storage.module.ts';
export type { PostgresValue, WriteSession } from './write-session.postgres.ts';
export type { WriteTransaction } from './write-transaction.ts';
