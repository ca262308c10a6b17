import { join } from 'node:path';
import { Global, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Database } from './database.ts';
import { SqliteDatabase } from './database.sqlite.ts';

/** The name of the log's file in the data directory. */
export const DATABASE_FILE = 'taskloom.db';

/** Closes the database after everything that writes to it has stopped. */
@Injectable()
class DatabaseLifecycle implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}

/** The one database of the server, in the configured data directory. */
@Global()
@Module({
  providers: [
    DatabaseLifecycle,
    {
      provide: SqliteDatabase,
      inject: [CONFIGURATION],
      useFactory: ({ DATA_DIR }: Configuration) => SqliteDatabase.open({ path: join(DATA_DIR, DATABASE_FILE) }),
    },
    { provide: Database, useExisting: SqliteDatabase },
  ],
  exports: [Database, SqliteDatabase],
})
export class StorageModule {}
