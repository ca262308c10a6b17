import { type Command, Option } from 'commander';
import type { NewSchedule } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { followJob } from '../follow-job.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface ScheduleOptions extends ClientOptions {
  readonly at?: string;
  readonly cron?: string;
  readonly timezone?: string;
  readonly missed?: NewSchedule['missed'];
  readonly idempotencyKey?: string;
  readonly detach?: boolean;
  readonly delete?: string;
  readonly all?: boolean;
}

const HELP = `
With neither --at nor --cron it is done now and followed to its end. Without a request schedules are listed.

Examples:
  $ taskloom schedule "what is three plus four times two"
  $ taskloom schedule "fetch https://example.com" --at 2027-01-31T08:00:00Z
  $ taskloom schedule "fetch https://example.com" --cron "0 7 * * 1-5" --timezone Europe/Berlin
  $ taskloom schedule --delete 0198f6a4-6a3c-7b7e-8d3a-111111111111`;

export function addSchedule(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'schedule [request]')
    .description('have something done in plain words: now, at a time, or again and again')
    .option('--at <time>', 'once, at this time in ISO 8601')
    .option('--cron <expression>', 'whenever this expression is due')
    .option('--timezone <name>', 'what the expression is read in (default: UTC)')
    .addOption(
      new Option('--missed <rule>', 'runs that were missed: none, the last, or all').choices(['skip', 'once', 'all']),
    )
    .option('--idempotency-key <key>', 'makes it safe to say again: the same words under it are done once')
    .option('--detach', 'print the id and leave')
    .option('--all', 'list also those that are over')
    .option('--delete <id>', 'delete a schedule')
    .addHelpText('after', HELP)
    .action(cli.action((request: string | undefined, options: ScheduleOptions) => schedule(cli, request, options)));
}

async function schedule(cli: Cli, request: string | undefined, options: ScheduleOptions): Promise<ExitCode> {
  const { at, cron, timezone, missed, json = false } = options;
  using client = cli.connect(cli.serverUrl(options));
  if (options.delete !== undefined) {
    if (request !== undefined) throw new UsageError('--delete goes without a request.');
    const deleted = await client.deleteSchedule(options.delete);
    if (json) cli.terminal.json(deleted);
    else cli.terminal.print('it is not due any more');
    return exitCodes.done;
  }
  if (request === undefined) return list(cli, await client.schedules({ all: options.all ?? false }), json);
  const timing = {
    ...(at === undefined ? {} : { at }),
    ...(cron === undefined ? {} : { cron }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(missed === undefined ? {} : { missed }),
  };
  const { job, schedule: made } = await client.schedule(
    { request, ...timing },
    { idempotencyKey: options.idempotencyKey },
  );
  if (job && !options.detach) return await followJob(cli, client, job.jobId, { json });
  if (json) cli.terminal.json(job ?? made);
  else if (job) cli.terminal.print(job.jobId);
  else if (made) cli.terminal.print(`${made.scheduleId} is due ${made.nextDue ?? 'never again'}`);
  return exitCodes.done;
}

function list(
  cli: Cli,
  schedules: Awaited<ReturnType<ReturnType<Cli['connect']>['schedules']>>,
  json: boolean,
): ExitCode {
  if (json) {
    for (const each of schedules) cli.terminal.json(each);
    return exitCodes.done;
  }
  const rows = schedules.map(({ scheduleId, status, cron, at, timezone, nextDue, fired, job }) => [
    scheduleId,
    status,
    cron === null ? (at ?? '') : `${cron} (${timezone})`,
    nextDue ?? '',
    String(fired),
    printable(typeof job.request === 'string' ? job.request : typeof job.intent === 'string' ? job.intent : '', 40),
  ]);
  for (const line of table(['id', 'status', 'when', 'next', 'fired', 'about'], rows)) cli.terminal.print(line);
  return exitCodes.done;
}
