import type { Command } from 'commander';
import type { CodeDiff } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printableLines } from '../printable.ts';
import { wholeNumber } from '../whole-number.ts';
import { counted } from '../words.ts';

interface DiffOptions extends ClientOptions {
  readonly from?: number;
  readonly to?: number;
  readonly stat?: boolean;
}

export function addDiff(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'diff <id>')
    .description('print what changed between two versions of the code, as a patch that git apply takes')
    .option('--from <version>', 'the version before (default: 0, what the caller gave)', wholeNumber)
    .option('--to <version>', 'the version after (default: the newest)', wholeNumber)
    .option('--stat', 'only the files, and how many lines came and went')
    .addHelpText(
      'after',
      '\nExamples:\n  $ taskloom diff slugify-1 | git apply\n  $ taskloom diff slugify-1 --from 1 --to 2 --stat',
    )
    .action(cli.action((id: string, options: DiffOptions) => diff(cli, id, options)));
}

async function diff(cli: Cli, id: string, { from, to, stat, json, server }: DiffOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl({ server }));
  const found = await client.diff(id, { from, to });
  if (json) cli.terminal.json(found);
  else if (stat) for (const line of statOf(found)) cli.terminal.print(line);
  else for (const { patch } of found.files) show(cli, patch);
  return exitCodes.done;
}

/** For eyes line by line, safe and coloured; for a pipe the very bytes. */
function show(cli: Cli, patch: string): void {
  if (!cli.terminal.isForEyes) return cli.terminal.raw(patch);
  for (const line of printableLines(patch.replace(/\n$/, ''))) cli.terminal.print(line, toneOf(line));
}

function toneOf(line: string): 'plain' | 'strong' | 'good' | 'bad' | 'dim' {
  if (/^(diff |--- |\+\+\+ )/.test(line)) return 'strong';
  if (line.startsWith('@@')) return 'dim';
  if (line.startsWith('+')) return 'good';
  return line.startsWith('-') ? 'bad' : 'plain';
}

function statOf({ from, to, files }: CodeDiff): readonly string[] {
  const lines = files.map(({ path, change, linesAdded, linesRemoved }) =>
    printableLines(
      `${change.padEnd(8)}${`+${linesAdded}`.padStart(6)} ${`-${linesRemoved}`.padStart(6)}  ${path}`,
    ).join(' '),
  );
  return [...lines, `code version ${from} to ${to}: ${counted(files.length, 'file')}`];
}
