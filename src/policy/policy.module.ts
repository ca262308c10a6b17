import { Global, Inject, Logger, Module, type OnModuleDestroy } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { systemClock } from '../kernel/clock.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Redactor } from '../kernel/redactor.ts';
import { Database } from '../storage/index.ts';
import { Access } from './access.ts';
import { ActingInterceptor } from './acting.interceptor.ts';
import { DeclaredRoles } from './declared-roles.service.ts';
import { KeyLedger } from './key-ledger.ts';
import { KeyStore } from './key-store.ts';
import { redactorOf } from './redactor-of.ts';
import { RoleGuard } from './role.guard.ts';

/** What is permitted and to whom, and what must not be seen. Its guard stands before every route and socket message. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: Redactor, inject: [CONFIGURATION], useFactory: redactorOf },
    {
      provide: Access,
      inject: [CONFIGURATION, Database, { token: KeyLedger, optional: true }],
      useFactory: async (configuration: Configuration, database: Database, ledger?: KeyLedger) => {
        const logger = new Logger('Access');
        const keys = await KeyStore.open(database, systemClock, ledger);
        return new Access(configuration, keys, (error) => logger.error({ err: error }, 'keys could not be looked at'));
      },
    },
    { provide: APP_GUARD, useClass: RoleGuard },
    { provide: APP_INTERCEPTOR, useClass: ActingInterceptor },
    DeclaredRoles,
  ],
  exports: [Redactor, Access],
})
export class PolicyModule implements OnModuleDestroy {
  constructor(@Inject(Access) private readonly access: Access) {}

  onModuleDestroy(): void {
    this.access.held.stop();
  }
}
