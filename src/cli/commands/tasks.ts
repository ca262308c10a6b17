import { type Command, Option } from 'commander';
import type { TaskStatus } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

interface TasksOptions extends ClientOptions {
  readonly status?: TaskStatus;
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

export function addTasks(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'tasks')
    .description('list tasks, the newest first')
    .addOption(new Option('--status <status>', 'only those of one status').choices(statuses))
    .option('--limit <count>', 'how many at most', wholeNumber, 20)
    .addHelpText('after', '\nExamples:\n  $ taskloom tasks\n  $ taskloom tasks --status failed --json')
    .action(cli.action((options: TasksOptions) => tasks(cli, options)));
}

async function tasks(cli: Cli, { status, limit, json, server }: TasksOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl({ server }));
  const page = await client.listTasks({ status, limit });
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
