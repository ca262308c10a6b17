import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore } from '../events/index.ts';
import type { Configuration } from '../kernel/configuration.ts';
import { UsageError } from './usage-error.ts';

// What only these commands need is loaded with them: the others start in half the time without it.

/** The file of the configured log; it must be there, and no database of PostgreSQL. */
export async function logFile(environment: NodeJS.ProcessEnv): Promise<string> {
  const configuration = await configured(environment);
  if (configuration.DATABASE_URL === undefined) return existingFile(configuration);
  throw new UsageError(
    'The log is in PostgreSQL (DATABASE_URL), and this looks at files of SQLite: `taskloom verify` checks every event there, ' +
      '`pg_amcheck` the files of the server. For the file in DATA_DIR, unset DATABASE_URL.',
  );
}

/**
 * Works on the configured log itself, not through a server; one may be running on it. A file must be there, unless it may
 * be `made`.
 */
export async function withLog<T>(
  environment: NodeJS.ProcessEnv,
  use: (store: EventStore) => Promise<T>,
  { made = false }: { readonly made?: boolean } = {},
): Promise<T> {
  const configuration = await configured(environment);
  if (configuration.DATABASE_URL === undefined && !made) await existingFile(configuration);
  const { openEventStore } = await import('../events/index.ts');
  const { openDatabase } = await import('../storage/index.ts');
  const database = await openDatabase(configuration);
  try {
    const store = await openEventStore(database);
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  } finally {
    await database.close();
  }
}

async function configured(environment: NodeJS.ProcessEnv): Promise<Configuration> {
  const { readConfiguration } = await import('../kernel/configuration.ts');
  return readConfiguration(environment);
}

async function existingFile({ DATA_DIR }: Configuration): Promise<string> {
  const { DATABASE_FILE } = await import('../storage/index.ts');
  const path = join(DATA_DIR, DATABASE_FILE);
  if (existsSync(path)) return path;
  throw new UsageError(
    `There is no log at ${path}: set DATA_DIR to the data directory of the server, or DATABASE_URL to its database.`,
  );
}
