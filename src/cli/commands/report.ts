import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { wholeNumber } from '../whole-number.ts';

interface ReportOptions extends ClientOptions {
  readonly codeVersion?: number;
  readonly module?: string;
}

export function addReport(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'report <id> <description>')
    .description('report a bug of a running task: it starts a correction if the code is still the one you saw')
    .option('--code-version <number>', 'the version you looked at (default: the newest)', wholeNumber)
    .option('--module <path>', 'the module to blame (default: the one that changed last)')
    .addHelpText('after', '\nExample:\n  $ taskloom report slugify-1 "slugify(\\"\\") throws" --code-version 2')
    .action(
      cli.action(async (id: string, description: string, options: ReportOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const { module, codeVersion = (await client.getTask(id)).codeVersion } = options;
        const answer = await client.reportBug(id, {
          description,
          codeVersion,
          ...(module === undefined ? {} : { module }),
        });
        if (options.json) cli.terminal.json(answer);
        else if (answer.accepted) cli.terminal.print('accepted: it starts a correction');
        else cli.terminal.print(`recorded, but too late: the code has changed since (${answer.decidedBy})`);
        return exitCodes.done;
      }),
    );
}
