import { Global, Injectable, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Database } from './database.ts';
import { openDatabase } from './open-database.ts';
import { openToOthers } from './private-files.ts';

/** Closes the database after everything that writes to it has stopped. */
@Injectable()
class DatabaseLifecycle implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}

/** Tells once at the start of a directory that was made for more users than this one. It may be meant so, and is left as it is. */
async function warnOfOthers(directory: string): Promise<void> {
  const found = await openToOthers(directory);
  if (!found) return;
  const files = found.files.length === 0 ? '' : `, and read ${found.files.join(', ')}`;
  new Logger('Storage').warn(
    `Other users of this machine can get into ${directory} (mode ${found.mode})${files}. Close it: chmod 700 ${directory}`,
  );
}

/** The one database of the server, as it is configured. */
@Global()
@Module({
  providers: [
    DatabaseLifecycle,
    {
      provide: Database,
      inject: [CONFIGURATION],
      useFactory: async (configuration: Configuration) => {
        const database = await openDatabase(configuration);
        await warnOfOthers(configuration.DATA_DIR);
        return database;
      },
    },
  ],
  exports: [Database],
})
export class StorageModule {}
