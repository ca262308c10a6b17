import { type RunningServer, startServer } from '../../src/server.ts';
import { testConfiguration } from './configuration.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface TestServer extends RunningServer, AsyncDisposable {
  readonly dataDir: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The whole service in this process, on a fresh directory and a free port, with a delegated brain unless the test says
 * otherwise: `await using server = await runServer()`.
 */
export async function runServer(environment: NodeJS.ProcessEnv = {}): Promise<TestServer> {
  const directory = temporaryDirectory();
  const server = await startServer(
    testConfiguration({ LLM_PROVIDER: 'delegated', ...environment, DATA_DIR: directory.path }),
  );
  return {
    ...server,
    dataDir: directory.path,
    async [Symbol.asyncDispose]() {
      await server.close();
      directory[Symbol.dispose]();
    },
  };
}
