import type { Command } from 'commander';
import type { Comparison, PartingEvent } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { counted } from '../words.ts';

export function addCompare(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'compare <a> <b>')
    .description('tell at which event two tasks part, and what is different there; ids and times are no differences')
    .addHelpText(
      'after',
      '\nExamples:\n  $ taskloom compare slugify-1 slugify-2\n  $ taskloom compare slugify-1 slugify-2 --json',
    )
    .action(
      cli.action(async (a: string, b: string, options: ClientOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const found = await client.compare(a, b);
        if (options.json) cli.terminal.json(found);
        else for (const line of describe(found)) cli.terminal.print(line);
        return exitCodes.done;
      }),
    );
}

function describe({ taskId, other, kind, samePrefix, event, otherEvent, paths }: Comparison): readonly string[] {
  const same = `the same: ${samePrefix === 0 ? 'nothing' : `the first ${counted(samePrefix, 'event')}`}`;
  if (kind === 'none') return [`${same}, which is all of both`];
  const sides = [side(taskId, event), side(other, otherEvent)];
  const where = paths.length > 0 ? [`different: ${printable(paths.join(', '), 2000)}`] : [];
  return [same, ...sides, ...where];
}

function side(taskId: string, event: PartingEvent | null): string {
  return event
    ? `${printable(taskId)} goes on with event ${event.sequence}, ${printable(event.eventType)}`
    : `${printable(taskId)} ends there`;
}
