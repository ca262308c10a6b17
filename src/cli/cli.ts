import type { Command } from 'commander';
import { connect, type ConnectionOptions, type ConnectOptions, type TaskloomClient } from '../client/index.ts';
import type { ExitCode } from './exit-codes.ts';
import { printable } from './printable.ts';
import type { StartServer } from './running-server.ts';
import { rememberedServer } from './remembered-server.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

export const DEFAULT_URL = 'http://127.0.0.1:9876';

/** What all commands accept. */
export interface CommonOptions {
  readonly json?: boolean;
}

export interface ClientOptions extends CommonOptions {
  readonly server?: string;
}

/** What the commands share: the terminal, the environment, and how a server is started or reached. */
export class Cli {
  /** What the process ends with once the command is done. */
  exitCode: ExitCode = 0;

  constructor(
    readonly terminal: Terminal,
    readonly environment: NodeJS.ProcessEnv,
    readonly startServer: StartServer,
  ) {}

  /** A command that works on its own. */
  command(program: Command, name: string): Command {
    return program.command(name).option('--json', 'print JSON (one value a line where there are many)');
  }

  /** A command that asks a running server. */
  clientCommand(program: Command, name: string): Command {
    return this.command(program, name).option(
      '--server <url>',
      `the server to ask (default: TASKLOOM_URL, else what connect has remembered, else ${DEFAULT_URL})`,
    );
  }

  /** Ends the process now: a server that was started here, or only half-way, may hold it by a thread or a socket. */
  end(exitCode: ExitCode): never {
    process.exit(exitCode);
  }

  /** Runs a command's action and keeps its exit code. */
  action<Parameters extends readonly unknown[]>(
    run: (...parameters: Parameters) => Promise<ExitCode>,
  ): (...parameters: Parameters) => Promise<void> {
    return async (...parameters) => {
      this.exitCode = await run(...parameters);
    };
  }

  /** Where the server is that a command is to ask. */
  serverUrl({ server }: ClientOptions): string {
    const { environment } = this;
    return readUrl(server ?? (environment.TASKLOOM_URL?.trim() || rememberedServer(environment)?.url || DEFAULT_URL));
  }

  /** The key in TASKLOOM_KEY. */
  get environmentKey(): string | undefined {
    return this.environment.TASKLOOM_KEY?.trim() || undefined;
  }

  /** The client for one command; its socket is closed when the scope ends. Lost and refused connections are told, once. */
  connect(url: string, options: Pick<ConnectOptions, 'key' | 'token' | 'onStatus'> = {}): TaskloomClient & Disposable {
    let wasLost = false;
    let isWaiting = false;
    const onStatus: ConnectionOptions['onStatus'] = (status, refusal) => {
      if (status === 'lost') this.terminal.note(`Lost the server at ${url}; trying again …`, 'dim');
      if (status === 'connected' && wasLost) this.terminal.note(`The server at ${url} is back.`, 'dim');
      if (status === 'refused' && !isWaiting) {
        this.terminal.note(`Waiting for a free connection to ${url} (${printable(refusal?.message ?? '')}) …`, 'dim');
      }
      if (status !== 'reconnecting') isWaiting = status === 'refused';
      wasLost = status === 'lost' || (wasLost && status !== 'connected');
    };
    const key = this.keyFor(url);
    const userAgent = `taskloom-cli/${version()}`;
    const client = connect({ onStatus, ...(key === undefined ? {} : { key }), ...options, url, userAgent });
    return Object.assign(client, { [Symbol.dispose]: () => client.close() });
  }

  /** What to show a server: TASKLOOM_KEY, else what is remembered for this very server and shown to no other. */
  keyFor(url: string): string | undefined {
    const remembered = rememberedServer(this.environment);
    return this.environmentKey ?? (remembered?.url === url ? remembered.key : undefined);
  }
}

/** The address of a server without a slash at its end. Throws UsageError. */
export function readUrl(url: string): string {
  if (/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return url.replace(/\/+$/, '');
  throw new UsageError(`${JSON.stringify(url)} is no address of a server: give one such as ${DEFAULT_URL}.`);
}
