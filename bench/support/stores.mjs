import { join } from 'node:path';
import { built, skip } from './arms.mjs';

/** The public event store on the file of a directory, or on another one. */
export async function openStore(directory, file = 'taskloom.db') {
  const { SqliteDatabase } = await built('storage/index.js');
  const { SqliteEventStore } = await built('events/index.js');
  const database = await SqliteDatabase.open({ path: join(directory, file) });
  return { database, store: await SqliteEventStore.open({ database }) };
}

/** The same on PostgreSQL; skips the arm while there is none. */
export async function openPostgresStore(url) {
  const { PostgresDatabase } = await built('storage/index.js');
  const { PostgresEventStore } = await built('events/index.js');
  if (!PostgresDatabase || !PostgresEventStore) skip('there is no event store on PostgreSQL yet');
  const database = await PostgresDatabase.open({ url });
  return { database, store: await PostgresEventStore.open({ database }) };
}
