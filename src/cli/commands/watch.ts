import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import type { ExitCode } from '../exit-codes.ts';
import { followTask } from '../follow.ts';
import { wholeNumber } from '../whole-number.ts';

export function addWatch(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'watch <id>')
    .description('follow a task to its end, what has happened so far first')
    .option('--after <sequence>', 'only what came after this stream sequence', wholeNumber)
    .addHelpText('after', '\nExamples:\n  $ taskloom watch slugify-1\n  $ taskloom watch slugify-1 --after 12 --json')
    .action(
      cli.action(async (id: string, options: ClientOptions & { readonly after?: number }): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        return await followTask(cli, client, id, { json: options.json ?? false, after: options.after });
      }),
    );
}
