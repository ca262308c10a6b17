import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type EventStore, SqliteEventStore } from '../events/index.ts';
import { type Configuration, readConfiguration } from '../kernel/configuration.ts';
import { SqliteDatabase, DATABASE_FILE } from '../storage/index.ts';
import { UsageError } from './usage-error.ts';

/** The file of the configured log; it must be there. */
export function logFile({ DATA_DIR }: Configuration): string {
  const path = join(DATA_DIR, DATABASE_FILE);
  if (existsSync(path)) return path;
  throw new UsageError(`There is no log at ${path}: set DATA_DIR to the data directory of the server.`);
}

/** Works on the configured log itself, not through a server; one may be running on it. */
export async function withLog<T>(
  environment: NodeJS.ProcessEnv,
  use: (store: EventStore) => Promise<T>,
  path = logFile(readConfiguration(environment)),
): Promise<T> {
  const database = await SqliteDatabase.open({ path });
  try {
    return await use(await SqliteEventStore.open({ database }));
  } finally {
    await database.close();
  }
}
