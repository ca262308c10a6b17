import { Global, Logger, Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Redactor } from '../kernel/redactor.ts';
import { BRAIN, type Brain } from './brain.ts';
import { type Announce, resolveBrain } from './resolve-brain.ts';

/** Gives the Brain, resolved once before anything can ask for it. */
@Global()
@Module({
  providers: [
    {
      provide: BRAIN,
      inject: [CONFIGURATION, Redactor],
      useFactory: (configuration: Configuration, redactor: Redactor): Promise<Brain> => {
        const logger = new Logger('Brain');
        const announce: Announce = (level, message) => (level === 'warn' ? logger.warn(message) : logger.log(message));
        return resolveBrain(configuration, announce, redactor);
      },
    },
  ],
  exports: [BRAIN],
})
export class LlmModule {}
