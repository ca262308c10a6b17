import type { Command } from 'commander';
import type { Configuration } from '../../kernel/configuration.ts';
import { sleep } from '../../kernel/clock.ts';
import { AppError, systemCodeOf } from '../../kernel/errors.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { showFirstKey } from '../first-key.ts';
import { printable } from '../printable.ts';
import { rememberedServer } from '../remembered-server.ts';
import { Terminal } from '../terminal.ts';

const HELP = `
For clients of the Model Context Protocol that start their servers as a program: speaks the protocol on standard input
and output, and carries it to the running server. Where none runs, and none was named, it brings one along, which ends
with it; then DATA_DIR should be set, as clients start programs anywhere. docs/mcp.md shows how to set clients up.

Examples:
  $ taskloom mcp
  $ claude mcp add taskloom -- npx taskloom mcp`;

const ANSWER_MS = 2000;
const OTHER_START_MS = 10_000;
const POLL_MS = 100;

interface Reached {
  readonly url: string;
  readonly key: string | undefined;
  readonly close: () => Promise<void>;
}

export function addMcp(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'mcp')
    .description('be an MCP server on standard input and output, for clients that start one')
    .addHelpText('after', HELP)
    .action(cli.action(async (options: ClientOptions) => cli.end(await bridge(cli, options))));
}

async function bridge(cli: Cli, options: ClientOptions): Promise<ExitCode> {
  const server = await reach(cli, options);
  if (!server) return exitCodes.failed;
  // Loaded only here: no other command needs the protocol.
  const { StdioBridge } = await import('../mcp/stdio-bridge.ts');
  const { terminal } = cli;
  await new StdioBridge({
    input: process.stdin,
    write: (line) => terminal.raw(`${line}\n`),
    url: new URL('/mcp', server.url),
    ...(server.key === undefined ? {} : { headers: { authorization: `Bearer ${server.key}` } }),
    note: (text) => terminal.note(`taskloom mcp: ${text}`),
  }).run();
  await server.close();
  return exitCodes.done;
}

/** The server that was named, whether it answers or not; else the one on this machine, else one of our own, else null. */
async function reach(cli: Cli, options: ClientOptions): Promise<Reached | null> {
  const { environment } = cli;
  const named = options.server ?? (environment.TASKLOOM_URL?.trim() || rememberedServer(environment)?.url);
  if (named !== undefined) return reached(cli, cli.serverUrl(options));
  const { readConfiguration } = await import('../../kernel/configuration.ts');
  // Logs go to standard output, which is the protocol's alone.
  const configuration = readConfiguration({ ...environment, LOG_LEVEL: 'silent' });
  if (await answers(localUrl(configuration))) return reached(cli, localUrl(configuration));
  return startOwn(cli, configuration);
}

/** Null where none can be started: why has been said. Of two clients that start at once the second takes the first one's. */
async function startOwn(cli: Cli, configuration: Configuration): Promise<Reached | null> {
  try {
    const { url, ownKey, firstKey, close } = await cli.startServer(configuration);
    // Standard output is the protocol's alone.
    const terminal = new Terminal(process.stderr, process.stderr, cli.environment);
    if (firstKey !== null) showFirstKey(terminal, firstKey, configuration.DATA_DIR);
    return { url, key: ownKey, close };
  } catch (error) {
    if (isTaken(error) && (await answersWithin(localUrl(configuration), OTHER_START_MS))) {
      return reached(cli, localUrl(configuration));
    }
    const { startFailure } = await import('../start-failure.ts');
    const { redactorOf } = await import('../../policy/index.ts');
    const redactor = redactorOf(configuration);
    for (const line of startFailure(error, configuration)) {
      cli.terminal.note(`taskloom cannot start: ${printable(redactor.text(line), 2000)}`, 'bad');
    }
    return null;
  }
}

function isTaken(error: unknown): boolean {
  const isLocked = error instanceof AppError && error.code === 'STORAGE_DATA_DIRECTORY_LOCKED';
  return isLocked || systemCodeOf(error) === 'EADDRINUSE';
}

function localUrl({ HOST, PORT }: Configuration): string {
  return `http://${HOST === '::1' ? '[::1]' : '127.0.0.1'}:${PORT}`;
}

async function answersWithin(url: string, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    if (await answers(url)) return true;
    await sleep(POLL_MS);
  }
  return false;
}

function reached(cli: Cli, url: string): Reached {
  return { url, key: cli.keyFor(url), close: () => Promise.resolve() };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(ANSWER_MS) })).ok;
  } catch {
    return false;
  }
}
