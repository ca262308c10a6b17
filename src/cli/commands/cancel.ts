import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';

export function addCancel(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'cancel <id>')
    .description('end a task at once; its events and files stay')
    .option('--reason <text>', 'why, for the record')
    .addHelpText('after', '\nExample:\n  $ taskloom cancel slugify-1 --reason "wrong prompt"')
    .action(
      cli.action(async (id: string, options: ClientOptions & { readonly reason?: string }): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const task = await client.cancelTask(id, { reason: options.reason });
        if (options.json) cli.terminal.json(task);
        else cli.terminal.print(`${printable(task.taskId)} is ${task.status}`);
        return exitCodes.done;
      }),
    );
}
