import { Global, Inject, Logger, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventStore } from '../events/index.ts';
import { Access, KeyLedger } from '../policy/index.ts';
import { Database } from '../storage/index.ts';
import { AuditFollower } from './audit-follower.ts';
import { AuditIndex } from './audit-index.ts';
import { AuditLog } from './audit-log.ts';
import { rulesInUse } from './entry-of.ts';
import { EventKeyLedger } from './key-ledger.events.ts';
import { RefusedAttempts } from './refused-attempts.ts';

/** Who did what. Follows the log; adds to it only what nobody else tells: keys, and who was refused. */
@Global()
@Module({
  providers: [
    {
      provide: KeyLedger,
      inject: [EventStore],
      useFactory: (events: EventStore) => new EventKeyLedger(events),
    },
    {
      provide: RefusedAttempts,
      inject: [EventStore],
      useFactory: (events: EventStore) => {
        const logger = new Logger('Audit');
        return new RefusedAttempts(events, (error) =>
          logger.warn({ err: error }, 'a refused attempt was not recorded'),
        );
      },
    },
    {
      provide: AuditIndex,
      inject: [Database],
      useFactory: (database: Database) => AuditIndex.open(database, rulesInUse()),
    },
    {
      provide: AuditFollower,
      inject: [EventStore, AuditIndex],
      useFactory: (events: EventStore, index: AuditIndex) => {
        const logger = new Logger('Audit');
        return new AuditFollower({ events, index, report: (message, error) => logger.warn({ err: error }, message) });
      },
    },
    {
      provide: AuditLog,
      inject: [EventStore, AuditIndex, AuditFollower],
      useFactory: (events: EventStore, index: AuditIndex, follower: AuditFollower) =>
        new AuditLog(events, index, follower),
    },
  ],
  exports: [KeyLedger, AuditLog],
})
export class AuditModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(Access) private readonly access: Access,
    @Inject(RefusedAttempts) private readonly refused: RefusedAttempts,
    @Inject(AuditFollower) private readonly follower: AuditFollower,
  ) {}

  onApplicationBootstrap(): void {
    this.access.onRefused = (attempt) => this.refused.add(attempt);
    this.follower.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.refused.flush();
    await this.follower.stop();
  }
}
