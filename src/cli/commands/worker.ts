import type { Command } from 'commander';
import type { WorkerSessionOptions } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { commandHandler } from '../command-handler.ts';
import { endSignal } from '../end-signals.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { rememberedServer } from '../remembered-server.ts';
import { UsageError } from '../usage-error.ts';
import { wholeNumber } from '../whole-number.ts';

interface WorkerOptions extends ClientOptions {
  readonly id?: string;
  readonly exec?: string;
  readonly capability?: readonly string[];
  readonly concurrency: number;
  readonly token?: string;
}

const HELP = `
A worker of type rpn is a calculator. Of any other type say with --exec what it does: the command is run for each message,
gets the payload as JSON on standard input, and what it prints is the answer (JSON, or else text). An exit code other than
0 is an error, told with what stands on standard error.

Examples:
  $ taskloom worker rpn
  $ taskloom worker wordcount --exec 'wc -w' --concurrency 4`;

export function addWorker(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'worker <type>')
    .description('be a worker of a server, until Ctrl-C')
    .option('--id <id>', 'its name (default: the server makes one)')
    .option('--exec <command>', 'what to run for each message, by the shell')
    .option('--capability <name...>', 'what it can do')
    .option('--concurrency <count>', 'messages at once', wholeNumber, 1)
    .option(
      '--token <token>',
      'where the server has a WORKER_TOKEN (default: TASKLOOM_WORKER_TOKEN, else what connect has remembered)',
    )
    .addHelpText('after', HELP)
    .action(cli.action((type: string, options: WorkerOptions) => work(cli, type, options)));
}

/** Works until it is told to stop, and then finishes what it is at. A second signal ends it at once. */
async function work(cli: Cli, type: string, options: WorkerOptions): Promise<ExitCode> {
  const { id, capability, concurrency, json = false } = options;
  const handle = await handlerOf(type, options);
  const token =
    options.token ?? (cli.environment.TASKLOOM_WORKER_TOKEN?.trim() || rememberedServer(cli.environment)?.token);
  const url = cli.serverUrl(options);
  using client = cli.connect(url, token === undefined ? {} : { token });
  const session = client.work({
    type,
    maxConcurrent: Math.max(1, concurrency),
    ...(id === undefined ? {} : { workerId: id }),
    ...(capability ? { capabilities: capability } : {}),
    handle,
    onRefused: ({ messageId, message }) => cli.terminal.note(`${messageId}: ${printable(message, 500)}`, 'bad'),
  });
  const stopped = endSignal();
  const workerId = await session.registered;
  if (json) cli.terminal.json({ workerId, type, url });
  else cli.terminal.print(`${printable(workerId)} works for ${printable(url)}; Ctrl-C ends it`);
  await Promise.race([stopped, session.ended]);
  if (session.handling > 0) cli.terminal.note('Finishing what it is at; Ctrl-C again ends it now.', 'dim');
  await session.stop();
  return exitCodes.done;
}

async function handlerOf(type: string, { exec }: WorkerOptions): Promise<WorkerSessionOptions['handle']> {
  if (exec !== undefined) return commandHandler(exec);
  // Only now: the other commands need nothing of it.
  if (type === 'rpn') return (await import('../../broker/index.ts')).answerRpn;
  throw new UsageError(
    `Nobody knows what a worker of type ${JSON.stringify(type)} does: say so with --exec, or take rpn.`,
  );
}
