import type { Command } from 'commander';
import type { ContextPart, TaskContext } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable, printableLines } from '../printable.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

interface ContextOptions extends ClientOptions {
  readonly at?: number;
  readonly call?: string;
  readonly prompt?: true;
}

export function addContext(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'context <id>')
    .description('show what a model was told: every part with its tokens, why it is in, and what was left out')
    .option('--at <sequence>', 'the newest call up to this event (default: of all)', wholeNumber)
    .option('--call <id>', 'the call of this id')
    .option('--prompt', 'the prompt itself, as it was sent')
    .addHelpText(
      'after',
      '\nExamples:\n  $ taskloom context slugify-1\n  $ taskloom context slugify-1 --at 12 --prompt',
    )
    .action(cli.action((id: string, options: ContextOptions) => context(cli, id, options)));
}

async function context(cli: Cli, id: string, options: ContextOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  const found = await client.context(id, { sequence: options.at, callId: options.call });
  if (options.json) cli.terminal.json(found);
  else for (const line of options.prompt ? promptOf(found) : describe(found)) cli.terminal.print(line);
  return exitCodes.done;
}

function promptOf({ messages }: TaskContext): readonly string[] {
  return messages.flatMap(({ role, content }) => [`--- ${role}`, ...printableLines(content)]);
}

const proofs: Readonly<Record<TaskContext['rebuilt'], string>> = {
  same: 'the events before it give the same prompt, byte for byte',
  different: 'the events before it give another prompt today: what is configured, or the program, has changed',
  impossible: 'it cannot be made again: the log is too old',
};

function describe(found: TaskContext): readonly string[] {
  const { signature, module, model, sequence, tokens, promptTokens, contextTokens, passedOver, parts } = found;
  const of = (most: number | null) => (most === null ? '' : ` of ${most}`);
  const window = contextTokens === null ? '' : ` (window ${contextTokens})`;
  return [
    `${signature}${module === null ? '' : ` for ${module}`}, event ${sequence}, ${model ?? 'delegated'}`,
    `tokens   ${tokens ?? 'not told'}${of(promptTokens)}${window}`,
    ...passedOver.map((each) => `not      ${each.model}: ${each.reason}`),
    `rebuilt  ${proofs[found.rebuilt]}`,
    '',
    ...table(['', 'tokens', 'layer', 'level', 'part', 'why'], parts.map(rowOf)),
  ];
}

function rowOf({ included, tokens, layer, level, part, why }: ContextPart): readonly string[] {
  const where = [layer ?? '', level ?? ''];
  return [included ? 'in' : 'out', String(tokens), ...where, printable(part, 60), printable(why, 80)];
}
