import { Global, Module } from '@nestjs/common';
import { CONFIGURATION } from '../kernel/configuration.ts';
import { Redactor } from '../kernel/redactor.ts';
import { redactorOf } from './redactor-of.ts';

/** What is permitted, and what must not be seen. So far: the redactor. */
@Global()
@Module({
  providers: [{ provide: Redactor, inject: [CONFIGURATION], useFactory: redactorOf }],
  exports: [Redactor],
})
export class PolicyModule {}
