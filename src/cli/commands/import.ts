import type { Command } from 'commander';
import type { Cli, CommonOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { configuredLog, withLog } from '../log.ts';

const HELP = `
Reads a file that export has written into the empty DATA_DIR: every event exactly as it was, or nothing. A damaged line
is named by its number. No server may be running on the directory; the next one goes on with the tasks that are not over.

Examples:
  $ DATA_DIR=./restored taskloom import backup.jsonl
  $ DATA_DIR=./restored taskloom serve`;

export function addImport(program: Command, cli: Cli): void {
  cli
    .command(program, 'import <file>')
    .description('read an exported log into an empty data directory')
    .addHelpText('after', HELP)
    .action(cli.action((file: string, options: CommonOptions) => importLog(cli, file, options)));
}

async function importLog({ terminal, environment }: Cli, file: string, { json }: CommonOptions): Promise<ExitCode> {
  const { directory, path } = await configuredLog(environment);
  const { lockDataDirectory, makePrivateDirectory } = await import('../../storage/index.ts');
  await makePrivateDirectory(directory);
  const lock = await lockDataDirectory(directory);
  try {
    const summary = await withLog(environment, (store) => store.importLog(file), path);
    const { events, streams, seal } = summary;
    if (json) terminal.json(summary);
    else terminal.print(`Imported ${events} events of ${streams} tasks, seal ${seal.sequence}:${seal.hash}.`, 'good');
  } finally {
    await lock.release();
  }
  return exitCodes.done;
}
