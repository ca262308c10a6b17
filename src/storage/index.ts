export { type DataDirectoryLock, lockDataDirectory } from './data-directory-lock.ts';
export { type Columns, Database, type DatabaseOptions, type LoadedCommand } from './database.ts';
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
} from './storage.errors.ts';
export { DATABASE_FILE, StorageModule } from './storage.module.ts';
export type { WriteTransaction } from './write-transaction.ts';
