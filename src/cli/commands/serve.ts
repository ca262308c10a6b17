import type { Command } from 'commander';
import type { Cli, CommonOptions } from '../cli.ts';
import { endSignal } from '../end-signals.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { showFirstKey } from '../first-key.ts';
import { healthOf } from '../health.ts';
import type { RunningServer } from '../running-server.ts';

/** Closing takes the grace of the running steps and what idle connections need; then the process ends all the same. */
const CONNECTIONS_MS = 3000;

const HELP = `
Configured by the environment and .env; .env.example lists everything. SIGTERM or Ctrl-C ends it: running steps get
SHUTDOWN_GRACE_MS, and whatever was going on is taken up at the next start. A second signal ends it at once.

Examples:
  $ taskloom serve
  $ PORT=8080 LLM_PROVIDER=ollama taskloom serve`;

export function addServe(program: Command, cli: Cli): void {
  cli
    .command(program, 'serve')
    .description('start the server')
    .addHelpText('after', HELP)
    .action(cli.action((options: CommonOptions) => serve(cli, options)));
}

async function serve(cli: Cli, { json = false }: CommonOptions): Promise<ExitCode> {
  const ended = endSignal();
  // Loaded only here: what a server needs, no other command waits for.
  const { readConfiguration } = await import('../../kernel/configuration.ts');
  const { startOrExplain } = await import('../start.ts');
  const server = await startOrExplain(cli, () => readConfiguration(cli.environment), json);
  if (!server) return cli.end(exitCodes.failed);
  if (server.firstKey !== null) showFirstKey(cli.terminal, server.firstKey, server.configuration.DATA_DIR);
  await announce(cli, server, json);

  const signal = await ended;
  const { SHUTDOWN_GRACE_MS } = server.configuration;
  cli.terminal.note(`${signal}: stopping. Running steps have ${SHUTDOWN_GRACE_MS} ms; they go on at the next start.`);
  const closed = await withinTime(server.close(), SHUTDOWN_GRACE_MS + CONNECTIONS_MS);
  if (!closed) cli.terminal.note('Something did not end in time and was left behind; nothing recorded is lost.', 'bad');
  return cli.end(closed ? exitCodes.done : exitCodes.failed);
}

/** One line: where, with whose brain, in which isolation. */
async function announce(cli: Cli, { url, ownKey }: RunningServer, json: boolean): Promise<void> {
  using client = cli.connect(url, { key: ownKey });
  const { brain, parts } = await healthOf(client);
  const about = { url, docs: `${url}/docs`, brain, isolation: parts.sandbox?.detail ?? 'none' };
  if (json) cli.terminal.json(about);
  else {
    cli.terminal.print(
      `Taskloom listens on ${url} · docs ${about.docs} · models: ${brain} · isolation: ${about.isolation}`,
      'strong',
    );
  }
}

/** Whether it was done within the time; a failure counts as not done. */
async function withinTime(work: Promise<void>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  setTimeout(() => late.resolve(false), ms).unref();
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, late.promise]);
}
