import { type Command, Option } from 'commander';
import type { Dispatch, WorkerAnswer } from '../../client/index.ts';
import type { Json } from '../../kernel/json.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { wholeNumber } from '../whole-number.ts';

interface DispatchOptions extends ClientOptions {
  readonly to?: string;
  readonly type?: string;
  readonly capability?: readonly string[];
  readonly strategy?: string;
  readonly timeout?: number;
  readonly repeatable?: boolean;
}

const choices = ['direct', 'round-robin', 'broadcast', 'offer'] as const;

export function addDispatch(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'dispatch <payload>')
    .description('send a message to workers and print the answer; the payload is JSON, or else text')
    .option('--type <type>', 'only to workers of this type')
    .option('--capability <name...>', 'only to workers that have all of these')
    .option('--to <worker>', 'to this worker')
    .addOption(
      new Option('--strategy <strategy>', 'who gets it (default: direct with --to, else round-robin)').choices(choices),
    )
    .option('--timeout <ms>', 'how long to wait for the answer (default: 30000)', wholeNumber)
    .option('--repeatable', 'another worker may do it again when one is lost in the middle of it')
    .addHelpText(
      'after',
      '\nExamples:\n  $ taskloom dispatch "3 4 + 2 *" --type rpn\n  $ taskloom dispatch \'{"operation": "add", "operands": [1, 2]}\' --to rpn-1 --json',
    )
    .action(cli.action((payload: string, options: DispatchOptions) => dispatch(cli, payload, options)));
}

async function dispatch(cli: Cli, payload: string, options: DispatchOptions): Promise<ExitCode> {
  const { to, type, capability, strategy = to === undefined ? 'round-robin' : 'direct', timeout, repeatable } = options;
  using client = cli.connect(cli.serverUrl(options));
  const { answers, messageId } = await client.dispatch({
    strategy: strategy.toUpperCase().replace('-', '_') as Dispatch['strategy'],
    payload: readPayload(payload),
    ...(to === undefined ? {} : { target: to }),
    ...(type === undefined ? {} : { type }),
    ...(capability ? { capabilities: capability } : {}),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(repeatable ? { repeatable } : {}),
  });
  if (options.json) cli.terminal.json({ messageId, answers });
  else for (const answer of answers) show(cli, answer, answers.length > 1);
  return answers.every(({ ok }) => ok) ? exitCodes.done : exitCodes.failed;
}

function show(cli: Cli, answer: WorkerAnswer, named: boolean): void {
  const who = named ? `${printable(answer.workerId)}: ` : '';
  if (answer.ok) cli.terminal.print(`${who}${printable(JSON.stringify(answer.result), 100_000)}`);
  else cli.terminal.print(`${who}${printable(answer.error.message, 2000)}`, 'bad');
}

/** `3 4 +` is no JSON, and so it is text; `[1]` and `"1"` are JSON. */
function readPayload(payload: string): Json {
  try {
    return JSON.parse(payload) as Json;
  } catch {
    return payload;
  }
}
