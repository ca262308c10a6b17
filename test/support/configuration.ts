import { type Configuration, readConfiguration } from '../../src/kernel/configuration.ts';

/** Nothing is added to a history after its end, unless the test is about that. */
export const exactHistories = { DEAD_CODE_ANALYSIS: 'off' };

/** All connections of a test come from one address. */
export const manyConnections = { SOCKET_MAX_PER_ADDRESS: '20000', SOCKET_MAX_CONNECTIONS: '20000' };

/** A whole configuration for a test: the defaults, a free port, quiet logs, many connections, and what the test changes. */
export function testConfiguration(changes: NodeJS.ProcessEnv & { DATA_DIR: string }): Configuration {
  return readConfiguration({ PORT: '0', LOG_LEVEL: 'silent', ...exactHistories, ...manyConnections, ...changes });
}
