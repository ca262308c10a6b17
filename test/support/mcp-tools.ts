import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = (path: string) => fileURLToPath(new URL(`../mcp/${path}`, import.meta.url));
const packages = 'tools/node_modules/@modelcontextprotocol';

export const conformanceSuite = file(`${packages}/conformance/dist/index.js`);
export const inspector = file(`${packages}/inspector/clients/launcher/build/index.js`);

/** `npm test` installs them; without a network they may be missing. */
export const hasMcpTools = existsSync(conformanceSuite) && existsSync(inspector);

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program of Node.js to its end. */
export function runNode(parameters: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<Ended> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, parameters, {
    env: { PATH, ...env },
    cwd,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

/** The built server with what the conformance suite asks for by name, as a process of its own. */
export class FixtureServer implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(): Promise<FixtureServer> {
    const { PATH, HOME, TMPDIR } = process.env;
    const child = spawn(process.execPath, [file('fixture-server.ts')], {
      env: { PATH, HOME, TMPDIR, TASKLOOM_MCP_FIXTURES: 'on' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const address = /^http:\S+$/m.exec(said)?.[0];
        if (address !== undefined) resolve(address);
      });
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.once('close', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
    });
    return new FixtureServer(child, url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}
