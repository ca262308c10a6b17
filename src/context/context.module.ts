import { Global, Injectable, Logger, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventStore } from '../events/index.ts';
import { type Embedder, EMBEDDER } from '../llm/index.ts';
import { Database } from '../storage/index.ts';
import { OfflineCache } from './knowledge/offline-cache.ts';

/** Learns while the server runs. */
@Injectable()
class Learning implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly knowledge: OfflineCache) {}

  onApplicationBootstrap(): void {
    this.knowledge.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.knowledge.stop();
  }
}

/** Gives what past tasks have taught. */
@Global()
@Module({
  providers: [
    Learning,
    {
      provide: OfflineCache,
      inject: [EventStore, Database, EMBEDDER],
      useFactory: (events: EventStore, database: Database, embedder: Embedder | null): Promise<OfflineCache> => {
        const logger = new Logger('Knowledge');
        const warn = (message: string, error?: unknown) =>
          error === undefined ? logger.warn(message) : logger.warn(error, message);
        return OfflineCache.open({ events, database, embedder, warn });
      },
    },
  ],
  exports: [OfflineCache],
})
export class ContextModule {}
