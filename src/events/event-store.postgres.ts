import type { PostgresDatabase } from '../storage/index.ts';
import { NEWS_CHANNEL, postgresAppends } from './append.postgres.ts';
import { type EventStoreOptions, SqlEventStore, type StoreParts } from './event-store.sql.ts';
import { importIntoPostgres } from './import.postgres.ts';
import { PostgresLogReader } from './log-reader.postgres.ts';
import { PostgresLogSource } from './log-source.postgres.ts';
import { eventMigrations } from './schema.ts';

export interface PostgresEventStoreOptions extends EventStoreOptions {
  readonly database: PostgresDatabase;
}

/** The log in a PostgreSQL database. Any number of processes on any number of machines may use the same one. */
export class PostgresEventStore extends SqlEventStore {
  private readonly stopListening: () => void;

  private constructor(database: PostgresDatabase, parts: StoreParts, options: EventStoreOptions) {
    super(parts, options);
    // A doorbell that may be lost: whoever waits also looks by itself.
    this.stopListening = database.listen(NEWS_CHANNEL, () => void this.tail.look());
  }

  /** Brings the tables up to date. The database stays the caller's to close, after the store. */
  static async open({ database, ...options }: PostgresEventStoreOptions): Promise<PostgresEventStore> {
    await database.migrate('events', eventMigrations);
    const appends = postgresAppends(database);
    const parts: StoreParts = {
      database,
      reader: new PostgresLogReader(database),
      source: new PostgresLogSource(database),
      commit: (input) => appends.add(input),
      importFile: (path) => importIntoPostgres(database, path),
    };
    return new PostgresEventStore(database, parts, options);
  }

  override close(): Promise<void> {
    this.stopListening();
    return super.close();
  }
}
