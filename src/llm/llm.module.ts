import { Global, Logger, Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Redactor } from '../kernel/redactor.ts';
import { BRAIN, type Brain } from './brain.ts';
import { EMBEDDER } from './embedder.ts';
import { type Announce, resolveBrain } from './resolve-brain.ts';
import { resolveEmbedder } from './resolve-embedder.ts';

/** Gives the Brain and the Embedder, resolved once before anything can ask for them. */
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
    {
      provide: EMBEDDER,
      inject: [CONFIGURATION],
      useFactory: resolveEmbedder,
    },
  ],
  exports: [BRAIN, EMBEDDER],
})
export class LlmModule {}
