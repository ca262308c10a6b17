import { Global, Logger, Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { BRAIN, type Brain } from './brain.ts';
import { resolveBrain } from './resolve-brain.ts';

/** Gives the Brain, resolved once before anything can ask for it. */
@Global()
@Module({
  providers: [
    {
      provide: BRAIN,
      inject: [CONFIGURATION],
      useFactory: (configuration: Configuration): Promise<Brain> => {
        const logger = new Logger('Brain');
        return resolveBrain(configuration, (level, message) =>
          level === 'warn' ? logger.warn(message) : logger.log(message),
        );
      },
    },
  ],
  exports: [BRAIN],
})
export class LlmModule {}
