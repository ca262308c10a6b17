import { Global, Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Redactor } from '../kernel/redactor.ts';
import { configuredSecrets } from './configured-secrets.ts';
import { SecretRedactor } from './secret-redactor.ts';

/** What is permitted, and what must not be seen. So far: the redactor. */
@Global()
@Module({
  providers: [
    {
      provide: Redactor,
      inject: [CONFIGURATION],
      useFactory: (configuration: Configuration) => new SecretRedactor(configuredSecrets(configuration)),
    },
  ],
  exports: [Redactor],
})
export class PolicyModule {}
