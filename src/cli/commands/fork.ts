import type { Command } from 'commander';
import type { Fork } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { submitterOf } from '../submitter.ts';
import { wholeNumber } from '../whole-number.ts';

interface ForkOptions extends ClientOptions {
  readonly at?: number;
  readonly id?: string;
  readonly priority?: string;
  readonly as?: string;
}

export function addFork(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'fork <id>')
    .description('make a new task with the past of another one, which goes on by itself; the other stays as it is')
    .option('--at <sequence>', 'the last event that both have, a stream sequence (default: the newest)', wholeNumber)
    .option('--id <new-id>', 'the id of the new task (default: a new UUID)')
    .option(
      '--priority <priority>',
      'critical, high, medium, low, background, or 0 to 100 (default: that of the other)',
    )
    .option('--as <name>', 'on whose behalf (default: on that of the other)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ taskloom fork slugify-1\n  $ taskloom fork slugify-1 --at 12 --id slugify-2\n  $ taskloom compare slugify-1 slugify-2',
    )
    .action(cli.action((id: string, options: ForkOptions) => fork(cli, id, options)));
}

async function fork(cli: Cli, id: string, options: ForkOptions): Promise<ExitCode> {
  const { at, id: newId, priority, json, server } = options;
  const submitter = submitterOf(options);
  using client = cli.connect(cli.serverUrl({ server }));
  const wanted: Fork = {
    ...(at === undefined ? {} : { afterSequence: at }),
    ...(newId === undefined ? {} : { taskId: newId }),
    ...(priority === undefined ? {} : { priority: /^\d+$/.test(priority) ? Number(priority) : priority }),
  };
  const task = await client.fork(id, wanted, submitter);
  if (json) cli.terminal.json(task);
  else
    cli.terminal.print(
      `${printable(task.taskId)} is a fork of ${printable(id)} after event ${task.forkedFrom?.sequence}`,
    );
  return exitCodes.done;
}
