import type { Command } from 'commander';
import type { EventRange, LogInspection } from '../../events/index.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { logFile } from '../log.ts';
import { printable } from '../printable.ts';

const MAX_RANGES = 20;
const MAX_TASKS = 20;

const HELP = `
Reads all of the log's file in DATA_DIR, says what is damaged and which events are lost, and what to do. It changes
nothing; a server may be running. Ends with 1 when something is damaged. Of a log in PostgreSQL it looks at nothing: there
taskloom verify checks every event.

Example:
  $ taskloom fsck`;

export function addFsck(program: Command, cli: Cli): void {
  cli
    .command(program, 'fsck')
    .description("check the log's file for damage and name what is lost")
    .addHelpText('after', HELP)
    .action(cli.action((options: CommonOptions) => fsck(cli, options)));
}

async function fsck({ terminal, environment }: Cli, { json }: CommonOptions): Promise<ExitCode> {
  const path = await logFile(environment);
  const { inspectLog, LogNotIntactError } = await import('../../events/index.ts');
  const found = await inspectLog(path);
  const broken = found.broken && new LogNotIntactError(found.broken).message;
  if (json) terminal.json({ file: path, ...found });
  else if (found.sound)
    terminal.print(`${path} is sound: ${found.intactEvents} events, all as they were written.`, 'good');
  else for (const line of damage(path, found, broken)) terminal.print(line);
  return found.sound ? exitCodes.done : exitCodes.failed;
}

function damage(path: string, found: LogInspection, broken: string | null): string[] {
  const { structure, lost, tasks, lastSequence, intactEvents } = found;
  const missing = lost.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return [
    `${path} is damaged. Nothing was changed.`,
    ...structure.map((sentence) => `  file: ${printable(sentence, 200)}`),
    ...(missing === 0
      ? []
      : [`  lost: ${missing} of ${lastSequence} events: ${listed(lost.map(rangeText), MAX_RANGES)}`]),
    ...(tasks.length === 0
      ? []
      : [
          `  tasks that have lost events: ${listed(
            tasks.map((taskId) => printable(taskId, 100)),
            MAX_TASKS,
          )}`,
        ]),
    ...(broken === null ? [] : [`  ${broken}`]),
    `  intact: the first ${intactEvents} of ${lastSequence} events`,
    'What to do: stop the server and keep a copy of the directory. Restore a backup; or, without one, take what is intact:',
    `  taskloom export --until ${intactEvents} --out intact.jsonl`,
    '  DATA_DIR=./restored taskloom import intact.jsonl',
  ];
}

function rangeText({ from, to }: EventRange): string {
  return from === to ? String(from) : `${from} to ${to}`;
}

function listed(names: readonly string[], most: number): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
