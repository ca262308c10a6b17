import { Global, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Redactor } from '../kernel/redactor.ts';
import { Database, StorageModule } from '../storage/index.ts';
import { EventStore } from './event-store.ts';
import { SqlEventStore } from './event-store.sql.ts';
import { openEventStore } from './open-event-store.ts';

/** Ends the subscriptions before the database goes. */
@Injectable()
class EventStoreLifecycle implements OnApplicationShutdown {
  constructor(private readonly store: SqlEventStore) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}

/** The event log, under the name of its port. */
@Global()
@Module({
  imports: [StorageModule],
  providers: [
    EventStoreLifecycle,
    {
      provide: SqlEventStore,
      inject: [Database, CONFIGURATION, Redactor],
      useFactory: (database: Database, configuration: Configuration, redactor: Redactor) =>
        openEventStore(database, {
          redactor,
          maxBytes: configuration.EVENT_MAX_BYTES,
          maxClockSkewMs: configuration.EVENT_MAX_CLOCK_SKEW_MS,
        }),
    },
    { provide: EventStore, useExisting: SqlEventStore },
  ],
  exports: [EventStore],
})
export class EventsModule {}
