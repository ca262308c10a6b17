import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { GiveBackOptions } from '../folder/give-back.ts';
import { addGiveBackOptions } from '../folder/options.ts';

type ResultOptions = ClientOptions & GiveBackOptions & { readonly folder: string };

const HELP = `
Without --branch, --patch or --apply: a branch in a git repository, else a patch in the working directory.

Examples:
  $ taskloom result slugify-1
  $ taskloom result slugify-1 --patch - | git apply --check
  $ taskloom result slugify-1 --folder ~/blog --apply`;

export function addResult(program: Command, cli: Cli): void {
  const command = cli
    .clientCommand(program, 'result <id>')
    .description('bring what a completed task made back into a folder: as a branch, a patch, or into its files')
    .option('--folder <dir>', 'the folder that the task works on', '.');
  addGiveBackOptions(command)
    .addHelpText('after', HELP)
    .action(cli.action((id: string, options: ResultOptions) => result(cli, id, options)));
}

async function result(cli: Cli, id: string, options: ResultOptions): Promise<ExitCode> {
  const { openFolder } = await import('../folder/folder-task.ts');
  const { giveBack, mustBePossible } = await import('../folder/give-back.ts');
  const folder = await openFolder(options.folder);
  // Of uncommitted changes only the task's own files say whether they matter.
  await mustBePossible(folder, { ...options, allowDirty: true }, []);
  using client = cli.connect(cli.serverUrl(options));
  await giveBack(cli, client, id, folder, options);
  return exitCodes.done;
}
