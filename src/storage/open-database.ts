import { join } from 'node:path';
import type { Configuration } from '../kernel/configuration.ts';
import type { Database } from './database.ts';
import { PostgresDatabase } from './database.postgres.ts';
import { SqliteDatabase } from './database.sqlite.ts';

/** The name of the log's file in the data directory. */
export const DATABASE_FILE = 'taskloom.db';

/**
 * The configured database: that of DATABASE_URL, or else the file in DATA_DIR, which is made where it is missing. Rejects
 * with StoreUnavailableError or DatabaseUnfitError.
 */
export function openDatabase({
  DATABASE_URL,
  DATA_DIR,
}: Pick<Configuration, 'DATABASE_URL' | 'DATA_DIR'>): Promise<Database> {
  if (DATABASE_URL !== undefined) return PostgresDatabase.open({ url: DATABASE_URL });
  return SqliteDatabase.open({ path: join(DATA_DIR, DATABASE_FILE) });
}
