import { type Command, Option } from 'commander';
import type { Job } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

interface JobsOptions extends ClientOptions {
  readonly status?: Job['status'];
  readonly dead?: boolean;
  readonly limit: number;
  readonly offset: number;
}

const EXAMPLES = `
Examples:
  $ taskloom jobs
  $ taskloom jobs --status failed --json
  $ taskloom jobs --dead`;

export function addJobs(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'jobs')
    .description('list jobs, the newest first')
    .addOption(
      new Option('--status <status>', 'only those of one status').choices([
        'pending',
        'running',
        'done',
        'failed',
        'cancelled',
      ]),
    )
    .option('--dead', 'only those that failed and that nobody has retried or dropped')
    .option('--limit <count>', 'how many at most', wholeNumber, 20)
    .option('--offset <count>', 'how many are left out', wholeNumber, 0)
    .addHelpText('after', EXAMPLES)
    .action(cli.action((options: JobsOptions) => jobs(cli, options)));
}

async function jobs(cli: Cli, { status, dead = false, limit, offset, json, server }: JobsOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl({ server }));
  const page = dead
    ? await client.deadLetters({ limit, offset })
    : await client.listJobs({ limit, offset, ...(status === undefined ? {} : { status }) });
  if (json) {
    for (const job of page.jobs) cli.terminal.json(job);
    return exitCodes.done;
  }
  const rows = page.jobs.map((job) => [
    job.jobId,
    job.status,
    `${Math.round(job.progress * 100)} %`,
    job.createdAt ?? '',
    (job.error?.reason ?? job.request ?? job.intent).slice(0, 60),
  ]);
  for (const line of table(['id', 'status', 'done', 'created', 'about'], rows)) cli.terminal.print(line);
  if (page.nextOffset !== null)
    cli.terminal.note(`There are older ones: --offset ${page.nextOffset} shows them.`, 'dim');
  return exitCodes.done;
}
