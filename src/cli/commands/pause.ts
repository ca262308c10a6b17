import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';

export function addPause(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'pause <id>')
    .description('let a task rest: what is in flight ends, nothing new is begun')
    .option('--reason <text>', 'why, for everybody to see')
    .addHelpText('after', '\nExample:\n  $ taskloom pause slugify-1 --reason "the design changes"')
    .action(
      cli.action(async (id: string, options: ClientOptions & { readonly reason?: string }): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const task = await client.pause(id, options.reason === undefined ? {} : { reason: options.reason });
        if (options.json) cli.terminal.json(task);
        else cli.terminal.print(`${printable(task.taskId)} is paused; taskloom resume lets it go on`);
        return exitCodes.done;
      }),
    );
}
