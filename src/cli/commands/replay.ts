import type { Command } from 'commander';
import type { TaskStep } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { wholeNumber } from '../whole-number.ts';

interface ReplayOptions extends ClientOptions {
  readonly after: number;
  readonly limit?: number;
}

const PAGE = 500;

export function addReplay(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'replay <id>')
    .description('print what a task decided after each of its events, one a line; nothing is done again')
    .option('--after <sequence>', 'only steps after this stream sequence', wholeNumber, 0)
    .option('--limit <count>', 'how many at most (default: all)', wholeNumber)
    .addHelpText(
      'after',
      '\nExamples:\n  $ taskloom replay slugify-1\n  $ taskloom replay slugify-1 --after 10 --limit 5 --json',
    )
    .action(cli.action((id: string, options: ReplayOptions) => replay(cli, id, options)));
}

async function replay(
  cli: Cli,
  id: string,
  { after, limit = Infinity, json, server }: ReplayOptions,
): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl({ server }));
  let cursor = after;
  for (let left = limit; left > 0;) {
    const size = Math.min(PAGE, left);
    const page = await client.replay(id, { afterSequence: cursor, limit: size });
    for (const step of page.steps) {
      if (json) cli.terminal.json(step);
      else cli.terminal.print(stepLine(step));
    }
    if (page.steps.length < size) break;
    left -= size;
    cursor = page.nextAfterSequence;
  }
  return exitCodes.done;
}

function stepLine({ sequence, eventType, codeVersion, decision, actions, wait, outcome }: TaskStep): string {
  const what = wait ? `${wait.reason}: ${wait.detail}` : (outcome ?? actions.join(', '));
  const start = `${String(sequence).padStart(5)}  v${codeVersion}  ${printable(eventType).padEnd(22)}`;
  return `${start}${decision.padEnd(6)}${printable(what)}`;
}
