import { join } from 'node:path';
import { built } from './arms.mjs';

/** The public event store on the file of a directory, or on another one. */
export async function openStore(directory, file = 'taskloom.db') {
  const { Database, SqliteDatabase } = await built('storage/index.js');
  const { SqliteEventStore } = await built('events/index.js');
  const database = await SqliteDatabase.open({ path: join(directory, file) });
  return { database, store: await SqliteEventStore.open({ database }) };
}
