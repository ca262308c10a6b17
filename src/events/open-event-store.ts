import { type Database, PostgresDatabase, SqliteDatabase } from '../storage/index.ts';
import { PostgresEventStore } from './event-store.postgres.ts';
import type { EventStoreOptions, SqlEventStore } from './event-store.sql.ts';
import { SqliteEventStore } from './event-store.sqlite.ts';

/** The store that fits the database, its tables brought up to date. The database stays the caller's to close, after it. */
export function openEventStore(database: Database, options: EventStoreOptions = {}): Promise<SqlEventStore> {
  if (database instanceof PostgresDatabase) return PostgresEventStore.open({ database, ...options });
  if (database instanceof SqliteDatabase) return SqliteEventStore.open({ database, ...options });
  throw new TypeError(`There is no event store for ${database.constructor.name}.`);
}
