import { extname, resolve } from 'node:path';
import type { SqliteDatabase } from '../storage/index.ts';
import type { AppendInput, AppendOutput } from './append-plan.ts';
import { type EventStoreOptions, SqlEventStore, type StoreParts } from './event-store.sql.ts';
import type { ImportInput } from './import.command.ts';
import type { ImportOutput } from './import-outcome.ts';
import { SqliteLogReader } from './log-reader.sqlite.ts';
import { SqliteLogSource } from './log-source.sqlite.ts';
import { eventMigrations } from './schema.ts';

export interface SqliteEventStoreOptions extends EventStoreOptions {
  readonly database: SqliteDatabase;
}

/** The log in one SQLite file. Several processes may use the same file. */
export class SqliteEventStore extends SqlEventStore {
  private constructor(parts: StoreParts, options: EventStoreOptions) {
    super(parts, options);
  }

  /** Brings the tables up to date. The database stays the caller's to close. */
  static async open({ database, ...options }: SqliteEventStoreOptions): Promise<SqliteEventStore> {
    await database.migrate('events', eventMigrations);
    const append = await database.load<AppendInput, AppendOutput>(commandFile('append'));
    const parts: StoreParts = {
      database,
      reader: new SqliteLogReader(database),
      source: new SqliteLogSource(database),
      commit: (input) => database.execute(append, input),
      importFile: async (path) => {
        const command = await database.load<ImportInput, ImportOutput>(commandFile('import'));
        return database.execute(command, { path: resolve(path) });
      },
    };
    return new SqliteEventStore(parts, options);
  }
}

/** Run from the sources or from the build: a command's file has the same ending as this one. */
function commandFile(name: string): URL {
  return new URL(`./${name}.command${extname(import.meta.url)}`, import.meta.url);
}
