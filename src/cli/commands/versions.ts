import type { Command } from 'commander';
import type { CodeVersion } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../table.ts';
import { originWords } from '../words.ts';

export function addVersions(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'versions <id>')
    .description('list the versions of the code of a task: what made each, and which files it changed')
    .addHelpText('after', '\nExamples:\n  $ taskloom versions slugify-1\n  $ taskloom versions slugify-1 --json')
    .action(
      cli.action(async (id: string, options: ClientOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const versions = await client.versions(id);
        for (const version of versions) if (options.json) cli.terminal.json(version);
        if (!options.json) for (const line of describe(versions)) cli.terminal.print(line);
        return exitCodes.done;
      }),
    );
}

function describe(versions: readonly CodeVersion[]): readonly string[] {
  const rows = versions.flatMap(({ version, sequence, timestamp, origin, files }) => {
    const start = [String(version), String(sequence), timestamp.slice(0, 19).replace('T', ' '), originWords[origin]];
    if (files.length === 0) return [[...start, '', '']];
    return files.map(({ path, sha256, origin: own }, index) => [
      ...(index === 0 ? start : ['', '', '', own === origin ? '' : originWords[own]]),
      path,
      sha256.slice(0, 12),
    ]);
  });
  return table(['version', 'event', 'time', 'what', 'file', 'sha256'], rows);
}
