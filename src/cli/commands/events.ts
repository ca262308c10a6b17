import type { Command } from 'commander';
import type { Event } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { liveLines } from '../live-lines.ts';
import { messageOfEvent } from '../live-message.ts';
import { printable } from '../printable.ts';
import { wholeNumber } from '../whole-number.ts';

interface EventsOptions extends ClientOptions {
  readonly after: number;
  readonly limit?: number;
}

const PAGE = 500;

export function addEvents(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'events <id>')
    .description('print what has happened to a task, one event a line')
    .option('--after <sequence>', 'only events after this stream sequence', wholeNumber, 0)
    .option('--limit <count>', 'how many at most (default: all)', wholeNumber)
    .addHelpText(
      'after',
      '\nExamples:\n  $ taskloom events slugify-1\n  $ taskloom events slugify-1 --json > slugify-1.jsonl',
    )
    .action(cli.action((id: string, options: EventsOptions) => events(cli, id, options)));
}

async function events(
  cli: Cli,
  id: string,
  { after, limit = Infinity, json, server }: EventsOptions,
): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl({ server }));
  let cursor = after;
  for (let left = limit; left > 0;) {
    const size = Math.min(PAGE, left);
    const page = await client.events(id, { afterSequence: cursor, limit: size });
    for (const event of page.events) {
      if (json) cli.terminal.json(event);
      else cli.terminal.print(eventLine(event));
    }
    if (page.events.length < size) break;
    left -= size;
    cursor = page.nextAfterSequence;
  }
  return exitCodes.done;
}

function eventLine(event: Event): string {
  const { eventType, streamSequence, codeVersion, timestamp } = event;
  const [line] = liveLines(messageOfEvent(event));
  const start = `${String(streamSequence).padStart(5)}  ${timestamp}  v${codeVersion}  ${printable(eventType).padEnd(22)}`;
  return `${start}${line?.text ?? ''}`.trimEnd();
}
