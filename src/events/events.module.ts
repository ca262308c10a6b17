import { Global, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Database, StorageModule } from '../storage/index.ts';
import { EventStore } from './event-store.ts';
import { SqliteEventStore } from './event-store.sqlite.ts';

/** Ends the subscriptions before the database goes. */
@Injectable()
class EventStoreLifecycle implements OnApplicationShutdown {
  constructor(private readonly store: SqliteEventStore) {}

  onApplicationShutdown(): void {
    this.store.close();
  }
}

/** The event log, under the name of its port. */
@Global()
@Module({
  imports: [StorageModule],
  providers: [
    EventStoreLifecycle,
    {
      provide: SqliteEventStore,
      inject: [Database, CONFIGURATION],
      useFactory: (database: Database, configuration: Configuration) =>
        SqliteEventStore.open({
          database,
          maxBytes: configuration.EVENT_MAX_BYTES,
          maxClockSkewMs: configuration.EVENT_MAX_CLOCK_SKEW_MS,
        }),
    },
    { provide: EventStore, useExisting: SqliteEventStore },
  ],
  exports: [EventStore],
})
export class EventsModule {}
