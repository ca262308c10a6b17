import type { Command } from 'commander';
import type { Limits } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { limitOptions, readLimits, type LimitOptions } from '../limits.ts';
import { printable } from '../printable.ts';

export function addResume(program: Command, cli: Cli): void {
  const command = cli
    .clientCommand(program, 'resume <id>')
    .description('let a paused task go on, with higher limits where one of them paused it');
  limitOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  $ taskloom resume slugify-1\n  $ taskloom resume slugify-1 --max-tokens 100000',
    )
    .action(
      cli.action(async (id: string, options: ClientOptions & LimitOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const limits: Limits = readLimits(options);
        const task = await client.resume(id, Object.keys(limits).length === 0 ? {} : { limits });
        if (options.json) cli.terminal.json(task);
        else cli.terminal.print(`${printable(task.taskId)} goes on`);
        return exitCodes.done;
      }),
    );
}
