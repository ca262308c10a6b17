import { join } from 'node:path';
import { type EventStore, SqliteEventStore } from '../../src/events/index.ts';
import { type Database, SqliteDatabase } from '../../src/storage/index.ts';
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
