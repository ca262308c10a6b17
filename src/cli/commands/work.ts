import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { ClaimedWorkItem } from '../../client/index.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printableLines } from '../printable.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { wholeNumber } from '../whole-number.ts';

interface ClaimOptions extends ClientOptions {
  readonly as: string;
  readonly kind?: string;
  readonly wait: number;
}

type LeaseOptions = ClientOptions & { readonly lease: string };

const MAX_WAIT_SECONDS = 50;

const HELP = `
Without a model every question a task asks is a work item: whoever claims it and answers is the model.

Examples:
  $ taskloom work list
  $ taskloom work claim --wait 30 > question.md
  $ taskloom work answer <item> --lease <token> answer.json`;

const exampleOf = (words: string) => `\nExample:\n  $ taskloom work ${words}`;

export function addWork(program: Command, cli: Cli): void {
  const work = program
    .command('work')
    .description('answer the questions of tasks by hand, where no model is configured')
    .addHelpText('after', HELP);
  cli
    .clientCommand(work, 'list')
    .description('list open questions')
    .addHelpText('after', exampleOf('list'))
    .action(cli.action((options: ClientOptions) => list(cli, options)));
  cli
    .clientCommand(work, 'claim')
    .description('take the oldest free question and print it, with the form its answer must have')
    .addHelpText('after', exampleOf('claim --json'))
    .option('--as <name>', 'who you are, for the record', userInfo().username)
    .option('--kind <kind>', 'only PlanTask, WriteTests, GenerateModule, CorrectModule, planner or executor')
    .option('--wait <seconds>', `wait for one, at most ${MAX_WAIT_SECONDS}`, wholeNumber, 0)
    .action(cli.action((options: ClaimOptions) => claim(cli, options)));
  cli
    .clientCommand(work, 'answer <item> [file]')
    .description('answer a claimed question with the JSON in a file, or on standard input')
    .addHelpText('after', exampleOf('answer <item> answer.json --lease <token>'))
    .requiredOption('--lease <token>', 'the token that claim printed')
    .action(
      cli.action((item: string, file: string | undefined, options: LeaseOptions) => answer(cli, item, file, options)),
    );
  cli
    .clientCommand(work, 'release <item>')
    .description('give a claimed question back')
    .addHelpText('after', exampleOf('release <item> --lease <token>'))
    .requiredOption('--lease <token>', 'the token that claim printed')
    .action(cli.action((item: string, options: LeaseOptions) => release(cli, item, options)));
}

async function list(cli: Cli, options: ClientOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  const items = await client.listWork();
  if (options.json) for (const item of items) cli.terminal.json(item);
  else {
    const rows = items.map((item) => [item.id, item.kind, item.module ?? '', item.taskId, item.claimedBy ?? 'free']);
    for (const line of table(['item', 'kind', 'module', 'task', 'claimed by'], rows)) cli.terminal.print(line);
  }
  return exitCodes.done;
}

async function claim(cli: Cli, options: ClaimOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  const item = await client.claimWork({
    by: options.as,
    ...(options.kind === undefined ? {} : { kinds: [options.kind] }),
    waitMs: Math.min(options.wait, MAX_WAIT_SECONDS) * 1000,
  });
  if (!item) {
    cli.terminal.note('Nothing to answer. --wait 30 waits for a question.');
    return exitCodes.failed;
  }
  if (options.json) cli.terminal.json(item);
  else for (const line of describe(item)) cli.terminal.print(line);
  return exitCodes.done;
}

async function answer(cli: Cli, id: string, file: string | undefined, options: LeaseOptions): Promise<ExitCode> {
  const given = await readAnswer(file);
  using client = cli.connect(cli.serverUrl(options));
  await client.answerWork(id, { leaseToken: options.lease, answer: given });
  return done(cli, options, id, 'answered');
}

async function release(cli: Cli, id: string, options: LeaseOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  await client.releaseWork(id, { leaseToken: options.lease });
  return done(cli, options, id, 'released');
}

function done(cli: Cli, { json }: ClientOptions, id: string, status: string): ExitCode {
  if (json) cli.terminal.json({ id, status });
  else cli.terminal.print(`${id} is ${status}`);
  return exitCodes.done;
}

async function readAnswer(file: string | undefined): Promise<string> {
  if (file === undefined || file === '-') return text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

function describe(item: ClaimedWorkItem): readonly string[] {
  const parts = item.messages.flatMap(({ role, content }) => [`# ${role}`, ...printableLines(content), '']);
  return [
    ...parts,
    '# schema of the answer',
    ...printableLines(JSON.stringify(item.answerSchema, null, 2)),
    '',
    `It is yours until ${item.leaseUntil}. Answer it with:`,
    `  taskloom work answer ${item.id} --lease ${item.leaseToken} answer.json`,
  ];
}
