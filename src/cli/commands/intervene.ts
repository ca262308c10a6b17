import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';

export function addIntervene(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'intervene <id> <guidance>')
    .description('give guidance to a running task: the very next model call has it')
    .addHelpText('after', '\nExample:\n  $ taskloom intervene slugify-1 "Keep digits in the slug"')
    .action(
      cli.action(async (id: string, guidance: string, options: ClientOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const task = await client.intervene(id, { guidance });
        if (options.json) cli.terminal.json(task);
        else cli.terminal.print(`${printable(task.taskId)} has the guidance`);
        return exitCodes.done;
      }),
    );
}
