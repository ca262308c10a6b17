import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { revisions } from '../support/mcp-client.ts';
import { eventually, request } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const { PATH = '' } = process.env;

interface Answer {
  readonly id: number | null;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** `taskloom mcp` as a bare process: what it prints must be messages of the protocol, each on one line. */
class Bridge implements AsyncDisposable {
  readonly messages: Answer[] = [];
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private said = '';

  constructor(environment: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, [main, 'mcp'], { env: { PATH, ...environment }, stdio: 'pipe' });
    createInterface({ input: child.stdout }).on('line', (line) => this.messages.push(JSON.parse(line) as Answer));
    child.stderr.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    child.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => child.once('close', resolve));
    this.child = child;
  }

  get remarks(): string {
    return this.said;
  }

  send(message: unknown): void {
    this.child.stdin?.write(typeof message === 'string' ? `${message}\n` : `${JSON.stringify(message)}\n`);
  }

  async answer(id: number | null): Promise<Answer> {
    const find = () => Promise.resolve(this.messages.find((message) => message.id === id));
    return (await eventually(find, (found) => found !== undefined, 20_000))!;
  }

  end(): Promise<number | null> {
    this.child.stdin?.end();
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null) this.child.kill('SIGKILL');
    await this.ended;
  }
}

const initialize = (id: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bare', version: '1' } },
});

const listTasks = (id: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'list_tasks', arguments: {} },
});

describe('taskloom mcp (MCP-1)', () => {
  const directory = temporaryDirectory();
  let server: ServerProcess;
  const environment = () => ({ HOME: directory.path, TASKLOOM_URL: server.url });

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

  it.each(revisions)(
    'carries a client of protocol %s to the running server, whose tasks it then has [MCP-1]',
    async (revision) => {
      const taskId = `by-stdio-${revision}`;
      const client = new Client(
        { name: 'sdk', version: '1' },
        { versionNegotiation: { mode: revision === '2026-07-28' ? { pin: revision } : 'legacy' } },
      );
      await client.connect(
        new StdioClientTransport({
          command: process.execPath,
          args: [main, 'mcp'],
          env: { PATH, ...environment() },
          stderr: 'pipe',
        }),
      );
      const result = await client.callTool({
        name: 'start_coding_task',
        arguments: { prompt: 'Write add(a, b)', task_id: taskId, language: 'javascript' },
      });
      await client.close();

      expect(result.structuredContent).toMatchObject({ task_id: taskId });
      expect((await request('GET', `${server.url}/tasks/${taskId}`)).body).toMatchObject({ prompt: 'Write add(a, b)' });
    },
  );

  it('answers what is no message, prints nothing but messages, and ends with its input [MCP-1]', async () => {
    await using bridge = new Bridge(environment());
    bridge.send('{"jsonrpc":');
    bridge.send({ hello: 'world' });
    bridge.send(initialize(1));
    // Said before the session is there: it waits for that.
    bridge.send(listTasks(2));
    expect((await bridge.answer(2)).result).toMatchObject({ structuredContent: { tasks: expect.any(Array) } });
    expect(bridge.messages.filter(({ id }) => id === null)).toMatchObject([
      { error: { code: -32_700 } },
      { error: { code: -32_700 } },
    ]);
    expect(await bridge.end()).toBe(0);
    expect(bridge.remarks).toBe('');
  });

  it('goes on in a new session when the server was started anew, and says so where there is none [MCP-1]', async () => {
    await using bridge = new Bridge(environment());
    bridge.send(initialize(1));
    await bridge.answer(1);
    await server.kill();
    bridge.send(listTasks(2));
    expect((await bridge.answer(2)).error).toMatchObject({
      code: -32_000,
      message: expect.stringContaining('taskloom serve'),
    });
    await server.start();
    bridge.send(listTasks(3));
    expect((await bridge.answer(3)).result).toMatchObject({ structuredContent: { tasks: expect.any(Array) } });
    expect(bridge.messages.filter(({ id }) => id === 1)).toHaveLength(1);
    expect(await bridge.end()).toBe(0);
  });

  it('shows the key that it is given, and says what the server thinks of it [MCP-1]', async () => {
    await using wrong = new Bridge({ ...environment(), TASKLOOM_KEY: 'a-key-that-nobody-has-made' });
    wrong.send(initialize(1));
    expect((await wrong.answer(1)).error).toMatchObject({
      message: expect.stringMatching(/^The key is not known here.* \(ACCESS_KEY_REFUSED\)$/),
    });
  });

  it('brings a server along where none runs, whose key it has, and takes it away with it [MCP-1]', async () => {
    using own = temporaryDirectory();
    await using bridge = new Bridge({
      HOME: own.path,
      DATA_DIR: `${own.path}/data`,
      PORT: '0',
      LLM_PROVIDER: 'mcp',
      LOG_LEVEL: 'trace',
      REQUIRE_KEYS: 'on',
      SHUTDOWN_GRACE_MS: '0',
    });
    bridge.send(initialize(1));
    bridge.send(listTasks(2));
    expect((await bridge.answer(2)).result).toMatchObject({ structuredContent: { tasks: [] } });
    expect(bridge.remarks).toMatch(/^Everybody needs a key here.*remove the file\.\n$/);
    expect(await bridge.end()).toBe(0);
  });
});
