import { type Command, Option } from 'commander';
import type { TaskStatus } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { entryOf } from '../entry-of.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

interface TasksOptions extends ClientOptions {
  readonly status?: TaskStatus;
  readonly language?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
}

const statuses: readonly TaskStatus[] = [
  'created',
  'queued',
  'planning',
  'awaitingModel',
  'awaitingAnswers',
  'awaitingApproval',
  'running',
  'paused',
  'completed',
  'failed',
  'cancelled',
];

const EXAMPLES = `
Examples:
  $ taskloom tasks
  $ taskloom tasks --status failed --json
  $ taskloom tasks --metadata project=blog --text slug --since 2026-11-24`;

export function addTasks(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'tasks')
    .description('list tasks, the newest first')
    .addOption(new Option('--status <status>', 'only those of one status').choices(statuses))
    .option('--language <language>', 'only those in one language')
    .option('--metadata <key=value>', 'only those that were given this; may be repeated', entryOf)
    .option('--text <words>', 'only those whose prompt has all of these words')
    .option('--since <moment>', 'only those accepted then or later, such as 2026-11-24 or 2026-11-24T12:00:00Z')
    .option('--until <moment>', 'only those accepted then or before')
    .option('--limit <count>', 'how many at most', wholeNumber, 20)
    .addHelpText('after', EXAMPLES)
    .action(cli.action((options: TasksOptions) => tasks(cli, options)));
}

async function tasks(cli: Cli, { limit, json, server, since, until, ...query }: TasksOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl({ server }));
  const { status, language, metadata, text } = query;
  const found = { status, language, metadata, text, createdAfter: since, createdBefore: until, limit };
  const page = await client.listTasks(found);
  if (json) {
    for (const task of page.tasks) cli.terminal.json(task);
    return exitCodes.done;
  }
  const rows = page.tasks.map((task) => [
    task.taskId,
    task.status,
    `${Math.round(task.progress * 100)} %`,
    task.createdAt ?? '',
    task.prompt.slice(0, 60),
  ]);
  for (const line of table(['id', 'status', 'done', 'created', 'prompt'], rows)) cli.terminal.print(line);
  if (page.nextBefore !== null) cli.terminal.note(`There are older ones: --limit ${limit * 2} shows more.`, 'dim');
  return exitCodes.done;
}
