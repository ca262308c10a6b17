import type { Command } from 'commander';
import type { Cli, CommonOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { withLog } from '../log.ts';

const HELP = `
Reads a file that export has written into the empty DATA_DIR, or the empty database of DATABASE_URL: every event exactly as
it was, or nothing. A damaged line is named by its number. No server may be running there; the next one goes on with the
tasks that are not over.

Examples:
  $ DATA_DIR=./restored taskloom import backup.jsonl
  $ DATA_DIR=./restored taskloom serve
  $ DATABASE_URL=postgres://taskloom@db.example.com/taskloom taskloom import backup.jsonl`;

export function addImport(program: Command, cli: Cli): void {
  cli
    .command(program, 'import <file>')
    .description('read an exported log into an empty data directory or database')
    .addHelpText('after', HELP)
    .action(cli.action((file: string, options: CommonOptions) => importLog(cli, file, options)));
}

async function importLog({ terminal, environment }: Cli, file: string, { json }: CommonOptions): Promise<ExitCode> {
  const summary = await aloneInDirectory(environment, () =>
    withLog(environment, (store) => store.importLog(file), { made: true }),
  );
  const { events, streams, seal } = summary;
  if (json) terminal.json(summary);
  else terminal.print(`Imported ${events} events of ${streams} tasks, seal ${seal.sequence}:${seal.hash}.`, 'good');
  return exitCodes.done;
}

/** No server starts on the data directory meanwhile; a database elsewhere has no such lock. */
async function aloneInDirectory<T>(environment: NodeJS.ProcessEnv, work: () => Promise<T>): Promise<T> {
  const { readConfiguration } = await import('../../kernel/configuration.ts');
  const { DATA_DIR, DATABASE_URL } = readConfiguration(environment);
  if (DATABASE_URL !== undefined) return work();
  const { lockDataDirectory, makePrivateDirectory } = await import('../../storage/index.ts');
  await makePrivateDirectory(DATA_DIR);
  const lock = await lockDataDirectory(DATA_DIR);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
