import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { systemCodeOf } from '../../kernel/errors.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { OutDirectory } from '../out-directory.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { wholeNumber } from '../whole-number.ts';
import { size } from '../words.ts';

interface FilesOptions extends ClientOptions {
  readonly version?: number;
  readonly out?: string;
  readonly archive?: string;
  readonly force?: boolean;
}

export function addFiles(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'files <id>')
    .description('list the files of a task at any code version, or write them to a directory or an archive')
    .option('--version <number>', 'the files as they were at this code version (default: now)', wholeNumber)
    .option('--out <dir>', 'write them below this directory')
    .option('--archive <file>', 'write them into this file, as a .tar.gz; - is standard output')
    .option('--force', 'overwrite files that exist')
    .addHelpText(
      'after',
      '\nExamples:\n  $ taskloom files slugify-1\n  $ taskloom files slugify-1 --version 1 --out ./first-try\n  $ taskloom files slugify-1 --archive - | tar tz',
    )
    .action(cli.action((id: string, options: FilesOptions) => files(cli, id, options)));
}

async function files(cli: Cli, id: string, options: FilesOptions): Promise<ExitCode> {
  const { version, out, archive, force, json, server } = options;
  if (archive === '-' && (json ?? cli.terminal.isForEyes)) {
    throw new UsageError(
      '--archive - writes bytes: name a file, or send them to another program (and without --json).',
    );
  }
  using client = cli.connect(cli.serverUrl({ server }));
  const listed = await client.files(id, { version });
  if (archive !== undefined) {
    const bytes = await client.archive(id, { version: listed.version });
    if (archive === '-') {
      cli.terminal.raw(bytes);
      return exitCodes.done;
    }
    await writeArchive(archive, bytes, force ?? false);
    if (!json) cli.terminal.print(printable(resolve(archive), 4096));
  }
  if (out !== undefined) {
    const directory = await OutDirectory.open(out, force ?? false);
    await directory.check(listed.files.map(({ path }) => path));
    // One version for all of them, also while the task goes on.
    for (const { path } of listed.files) {
      const content = await client.file(id, path, { version: listed.version });
      const written = await directory.write(path, content);
      if (!json) cli.terminal.print(printable(written, 4096));
    }
  }
  if (json) cli.terminal.json(listed);
  else if (out === undefined && archive === undefined) {
    const rows = listed.files.map((file) => [file.path, file.role, size(file.size), file.sha256.slice(0, 12)]);
    for (const line of table(['path', 'role', 'size', 'sha256'], rows)) cli.terminal.print(line);
    cli.terminal.note(`code version ${listed.version}`, 'dim');
  }
  return exitCodes.done;
}

async function writeArchive(path: string, bytes: Uint8Array, overwrite: boolean): Promise<void> {
  try {
    await writeFile(path, bytes, { flag: overwrite ? 'w' : 'wx' });
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
    throw new UsageError(`${path} exists: choose another --archive, or --force overwrites it.`);
  }
}
