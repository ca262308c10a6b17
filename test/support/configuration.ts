import { type Configuration, readConfiguration } from '../../src/kernel/configuration.ts';

/** A whole configuration for a test: the defaults, a free port, quiet logs, and what the test changes. */
export function testConfiguration(changes: NodeJS.ProcessEnv & { DATA_DIR: string }): Configuration {
  return readConfiguration({ PORT: '0', LOG_LEVEL: 'silent', ...changes });
}
