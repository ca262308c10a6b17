import { Global, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { CONFIGURATION } from '../kernel/configuration.ts';
import { Redactor } from '../kernel/redactor.ts';
import { DeclaredRoles } from './declared-roles.service.ts';
import { redactorOf } from './redactor-of.ts';
import { RoleGuard } from './role.guard.ts';

/** What is permitted and to whom, and what must not be seen. Its guard stands before every route and socket message. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: Redactor, inject: [CONFIGURATION], useFactory: redactorOf },
    { provide: APP_GUARD, useClass: RoleGuard },
    DeclaredRoles,
  ],
  exports: [Redactor],
})
export class PolicyModule {}
