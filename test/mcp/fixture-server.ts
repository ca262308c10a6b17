// The built server with the tools, resources and prompts that the public conformance suite asks for by name:
//   TASKLOOM_MCP_FIXTURES=on node test/mcp/fixture-server.ts
// They stand here and not in src, so that no build of the product has them; the switch keeps this program from being
// taken for a server that is meant to be used. Settings are those of the server. Prints its address as the first line.
import type * as ConfigurationFile from '../../src/kernel/configuration.ts';
import type * as McpFile from '../../src/mcp/index.ts';
import type * as ServerFile from '../../src/server.ts';
import { conformanceFixtures } from './fixtures/index.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const SWITCH = 'TASKLOOM_MCP_FIXTURES';

if (process.env[SWITCH] !== 'on') {
  process.stderr.write(`This server is for the conformance suite alone: set ${SWITCH}=on to start it.\n`);
  process.exit(2);
}

const built = (file: string) => new URL(`../../dist/${file}`, import.meta.url).href;
const { startServer } = (await import(built('server.js'))) as typeof ServerFile;
const { readConfiguration } = (await import(built('kernel/configuration.js'))) as typeof ConfigurationFile;
const { McpServers } = (await import(built('mcp/index.js'))) as typeof McpFile;

const directory = temporaryDirectory();
const server = await startServer(
  readConfiguration({
    PORT: '0',
    LOG_LEVEL: 'warn',
    LLM_PROVIDER: 'mcp',
    SHUTDOWN_GRACE_MS: '0',
    ...process.env,
    DATA_DIR: directory.path,
  }),
);
server.app.get(McpServers).extend(conformanceFixtures);
process.stdout.write(`${server.url}\n`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    void server.close().finally(() => {
      directory[Symbol.dispose]();
      process.exit(0);
    });
  });
}
