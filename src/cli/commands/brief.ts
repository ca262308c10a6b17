import { type Command, Option } from 'commander';
import type { Briefing, BriefingQuery } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable, printableLines } from '../printable.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

interface BriefOptions extends ClientOptions, Omit<BriefingQuery, 'path' | 'sequence'> {
  readonly at?: number;
  readonly parts?: true;
}

export function addBrief(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'brief <id> <path>')
    .description('tell what of a task there is to know for work on one file of it, for a person or an agent')
    .option('--about <text>', 'what is to be done with the file')
    .option('--model <name>', 'whose tokens count, and whose window is the budget (default: tokens are estimated)')
    .addOption(
      new Option(
        '--tokens <number>',
        'the budget, of which it takes at most 80 % (default: the window, or 8192)',
      ).argParser(wholeNumber),
    )
    .option('--at <sequence>', 'what was known by this event (default: now)', wholeNumber)
    .option('--parts', 'every part with its tokens and why it is in or out, instead of the text')
    .addHelpText(
      'after',
      '\nExamples:\n  $ taskloom brief slugify-1 src/slugify.js\n  $ taskloom brief slugify-1 src/slugify.js --model mistral:7b --about "keep the digits"',
    )
    .action(cli.action((id: string, path: string, options: BriefOptions) => brief(cli, id, path, options)));
}

async function brief(cli: Cli, id: string, path: string, options: BriefOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  const { about, model, tokens, at: sequence } = options;
  const found = await client.briefing(id, { path, about, model, tokens, sequence });
  if (options.json) cli.terminal.json(found);
  else for (const line of options.parts ? partsOf(found) : printableLines(found.text)) cli.terminal.print(line);
  return exitCodes.done;
}

function partsOf({ parts, tokens, budgetTokens, model }: Briefing): readonly string[] {
  const rows = parts.map(({ part, tokens: size, why, included, cut }) => {
    const state = cut ? 'cut' : included ? 'in' : 'out';
    return [state, String(size), printable(part, 60), printable(why, 80)];
  });
  const counted = model ?? 'estimated';
  return [`tokens   ${tokens} of ${budgetTokens} (${counted})`, '', ...table(['', 'tokens', 'part', 'why'], rows)];
}
