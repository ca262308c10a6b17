import { type Command, Option } from 'commander';
import type { Knowledge } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable, printableLines } from '../printable.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { wholeNumber } from '../whole-number.ts';

interface ListOptions extends ClientOptions {
  readonly kind?: Knowledge['kind'];
  readonly limit?: number;
}

interface CorrectOptions extends ClientOptions {
  readonly title?: string;
  readonly text?: string;
}

const EXAMPLES = `
Examples:
  $ taskloom knowledge list
  $ taskloom knowledge list "Invalid time value" --kind fix
  $ taskloom knowledge show fix-019a217b-5b99-76e3-a921-0277131a9483-1
  $ taskloom knowledge correct fix-019a217b-5b99-76e3-a921-0277131a9483-1 --text "Check isNaN(date) first"
  $ taskloom knowledge forget fix-019a217b-5b99-76e3-a921-0277131a9483-1`;

const exampleOf = (words: string) => `\nExample:\n  $ taskloom knowledge ${words}`;

export function addKnowledge(program: Command, cli: Cli): void {
  const knowledge = program
    .command('knowledge')
    .description('what past tasks have taught: look for it, put it right, forget it')
    .addHelpText('after', EXAMPLES);
  cli
    .clientCommand(knowledge, 'list [query]')
    .description('list what fits a text best; without one: all, the newest first')
    .addHelpText('after', exampleOf('list "Invalid time value" --kind fix'))
    .addOption(
      new Option('--kind <kind>', 'only entries of this kind').choices(['fix', 'decision', 'pattern', 'memory']),
    )
    .option('--limit <number>', 'how many at the most (default: 20)', wholeNumber)
    .action(cli.action((query: string | undefined, options: ListOptions) => list(cli, query, options)));
  cli
    .clientCommand(knowledge, 'show <id>')
    .description('show an entry in full')
    .addHelpText('after', exampleOf('show <id>'))
    .action(
      cli.action(async (id: string, options: ClientOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        show(cli, await client.getKnowledge(id), options);
        return exitCodes.done;
      }),
    );
  cli
    .clientCommand(knowledge, 'correct <id>')
    .description('put an entry right; what is left out stays as it is')
    .addHelpText('after', exampleOf('correct <id> --text "Check isNaN(date) first"'))
    .option('--title <title>', 'a new title, in one line')
    .option('--text <text>', 'a new text')
    .action(cli.action((id: string, options: CorrectOptions) => correct(cli, id, options)));
  cli
    .clientCommand(knowledge, 'forget <id>')
    .description('let an entry never be found again')
    .addHelpText('after', exampleOf('forget <id>'))
    .action(
      cli.action(async (id: string, options: ClientOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        await client.forgetKnowledge(id);
        if (options.json) cli.terminal.json({ forgotten: id });
        else cli.terminal.print(`${printable(id)} is forgotten`);
        return exitCodes.done;
      }),
    );
}

async function list(cli: Cli, query: string | undefined, options: ListOptions): Promise<ExitCode> {
  const { kind, limit, json } = options;
  using client = cli.connect(cli.serverUrl(options));
  const { entries, nextBefore } = await client.knowledge({
    ...(query === undefined ? {} : { query }),
    ...(kind === undefined ? {} : { kind }),
    ...(limit === undefined ? {} : { limit }),
  });
  if (json) for (const entry of entries) cli.terminal.json(entry);
  else if (entries.length === 0) cli.terminal.print(query === undefined ? 'nothing was learned yet' : 'nothing fits');
  else {
    const rows = entries.map(({ id, kind: what, taskId, title }) => [id, what, taskId, title]);
    for (const line of table(['id', 'kind', 'task', 'title'], rows)) cli.terminal.print(line);
    if (nextBefore !== null) cli.terminal.note(`There are older ones: --limit shows more.`, 'dim');
  }
  return exitCodes.done;
}

async function correct(cli: Cli, id: string, options: CorrectOptions): Promise<ExitCode> {
  const { title, text } = options;
  if (title === undefined && text === undefined) throw new UsageError('Give --title, --text or both.');
  using client = cli.connect(cli.serverUrl(options));
  const body = { ...(title === undefined ? {} : { title }), ...(text === undefined ? {} : { text }) };
  show(cli, await client.correctKnowledge(id, body), options);
  return exitCodes.done;
}

function show(cli: Cli, entry: Knowledge, { json }: ClientOptions): void {
  if (json) return cli.terminal.json(entry);
  const { kind, title, text, taskId, module, correctedBy } = entry;
  cli.terminal.print(printable(title), 'strong');
  const origin = `${kind} from ${taskId}${module === null ? '' : `, ${module}`}`;
  cli.terminal.print(printable(correctedBy === null ? origin : `${origin}; put right by ${correctedBy}`), 'dim');
  for (const line of printableLines(text)) cli.terminal.print(line);
}
