import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/free-port.mjs';
import { exactHistories, manyConnections } from './configuration.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The built server as a process of its own, on one directory and one port: it can be killed and started again. */
export class ServerProcess implements AsyncDisposable {
  private child: ChildProcess | null = null;
  private output = '';

  private constructor(
    private readonly environment: NodeJS.ProcessEnv,
    readonly url: string,
  ) {}

  static async start(environment: NodeJS.ProcessEnv & { DATA_DIR: string }): Promise<ServerProcess> {
    const port = await freePort();
    const server = new ServerProcess(
      { LOG_LEVEL: 'warn', ...exactHistories, ...manyConnections, ...environment, PORT: String(port) },
      `http://127.0.0.1:${port}`,
    );
    await server.start();
    return server;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Everything the server printed so far, over all its lives. */
  get printed(): string {
    return this.output;
  }

  /** Starts and resolves once the server answers. Rejects with what it printed when it ends instead. */
  async start(): Promise<void> {
    const { PATH, HOME, TMPDIR } = process.env;
    const child = spawn(process.execPath, ['--enable-source-maps', main, 'serve'], {
      env: { PATH, HOME, TMPDIR, ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.output += String(chunk)));
    while (!(await this.answers())) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends the process the hard way, in the middle of whatever it does. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  private async answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/health/live`, { signal: AbortSignal.timeout(1000) })).ok;
    } catch {
      return false;
    }
  }
}
