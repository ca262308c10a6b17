import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasMcpTools, inspector, runNode } from '../support/mcp-tools.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const suite = hasMcpTools ? describe : describe.skip;
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const eras = ['modern', 'legacy'] as const;

suite("the public inspector's command line [MCP-3]", () => {
  const directory = temporaryDirectory();
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start({
      DATA_DIR: `${directory.path}/data`,
      LLM_PROVIDER: 'mcp',
      SHUTDOWN_GRACE_MS: '0',
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  /** What the inspector prints for one method, over HTTP or over the bridge. */
  async function inspect(transport: 'http' | 'stdio', era: string, ...parameters: string[]): Promise<unknown> {
    const target = transport === 'http' ? [`${server.url}/mcp`] : [process.execPath, main, 'mcp'];
    const { code, out, err } = await runNode(
      [inspector, '--cli', '-e', `TASKLOOM_URL=${server.url}`, ...target, '--protocol-era', era, ...parameters],
      { HOME: directory.path },
      directory.path,
    );
    if (code !== 0) throw new Error(`ended with ${code}: ${err}\n${out}`);
    return JSON.parse(out);
  }

  it.each(eras)('lists the tools over both transports, finds nothing odd in them, and calls one: %s', async (era) => {
    const [listed, called] = await Promise.all([
      inspect('http', era, '--method', 'tools/list', '--strict'),
      inspect('stdio', era, '--method', 'tools/call', '--tool-name', 'list_tasks', '--tool-arg', 'limit=5'),
    ]);
    expect(listed).toMatchObject({
      tools: expect.arrayContaining([expect.objectContaining({ name: 'run_coding_task' })]),
    });
    expect(called).toMatchObject({ structuredContent: { tasks: [] } });
  });

  it('reads resources and prompts over both transports', async () => {
    const [resource, prompts] = await Promise.all([
      inspect('stdio', 'modern', '--method', 'resources/read', '--uri', 'taskloom://tasks'),
      inspect('http', 'legacy', '--method', 'prompts/list'),
    ]);
    expect(resource).toMatchObject({ contents: [{ uri: 'taskloom://tasks', text: '{"tasks":[]}' }] });
    expect(prompts).toMatchObject({
      prompts: expect.arrayContaining([expect.objectContaining({ name: 'write_code' })]),
    });
  });
});
