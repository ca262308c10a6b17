import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore } from '../events/index.ts';
import { UsageError } from './usage-error.ts';

// What only these commands need is loaded with them: the others start in half the time without it.

/** The data directory that is configured, and the file of its log, which may be missing. */
export async function configuredLog(
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly directory: string; readonly path: string }> {
  const { readConfiguration } = await import('../kernel/configuration.ts');
  const { DATABASE_FILE } = await import('../storage/index.ts');
  const { DATA_DIR } = readConfiguration(environment);
  return { directory: DATA_DIR, path: join(DATA_DIR, DATABASE_FILE) };
}

/** The file of the configured log; it must be there. */
export async function logFile(environment: NodeJS.ProcessEnv): Promise<string> {
  const { path } = await configuredLog(environment);
  if (existsSync(path)) return path;
  throw new UsageError(`There is no log at ${path}: set DATA_DIR to the data directory of the server.`);
}

/** Works on the configured log itself, not through a server; one may be running on it. */
export async function withLog<T>(
  environment: NodeJS.ProcessEnv,
  use: (store: EventStore) => Promise<T>,
  path?: string,
): Promise<T> {
  const { SqliteEventStore } = await import('../events/index.ts');
  const { SqliteDatabase } = await import('../storage/index.ts');
  const database = await SqliteDatabase.open({ path: path ?? (await logFile(environment)) });
  try {
    return await use(await SqliteEventStore.open({ database }));
  } finally {
    await database.close();
  }
}
