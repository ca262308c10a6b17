import { join } from 'node:path';
import { type EventStore, PostgresEventStore, SqliteEventStore } from '../../src/events/index.ts';
import { type Database, PostgresDatabase, SqliteDatabase } from '../../src/storage/index.ts';
import { temporaryPostgres } from './postgres.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface EventLog {
  readonly database: Database;
  readonly events: EventStore;
  close(): Promise<void>;
}

/** A real, empty event log in a directory of its own. */
export async function eventLog(): Promise<EventLog> {
  const directory = temporaryDirectory();
  const database = await SqliteDatabase.open({ path: join(directory.path, 'taskloom.db') });
  const events = await SqliteEventStore.open({ database, maxBytes: 16_777_216, maxClockSkewMs: 60_000 });
  return {
    database,
    events,
    close: async () => {
      await database.close();
      directory[Symbol.dispose]();
    },
  };
}

/** The same on a PostgreSQL database of its own, or on one that another log has already: its writes are those of another process. */
export async function postgresEventLog(shared?: {
  readonly url: string;
}): Promise<EventLog & { readonly url: string }> {
  const own = shared ? null : await temporaryPostgres();
  const url = shared?.url ?? own?.url ?? '';
  const database = await PostgresDatabase.open({ url });
  const events = await PostgresEventStore.open({ database, maxBytes: 16_777_216, maxClockSkewMs: 60_000 });
  return {
    url,
    database,
    events,
    close: async () => {
      await events.close();
      await database.close();
      await own?.[Symbol.asyncDispose]();
    },
  };
}
