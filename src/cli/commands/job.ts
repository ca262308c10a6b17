import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitOf, followJob } from '../follow-job.ts';
import { jobLines, whyLines } from '../job-lines.ts';
import { UsageError } from '../usage-error.ts';

interface JobOptions extends ClientOptions {
  readonly why?: boolean;
  readonly watch?: boolean;
  readonly cancel?: boolean;
  readonly retry?: boolean;
  readonly drop?: boolean;
  readonly reason?: string;
  readonly idempotencyKey?: string;
}

const EXAMPLES = `
Examples:
  $ taskloom job invoices-1
  $ taskloom job invoices-1 --why
  $ taskloom job invoices-1 --retry --watch`;

export function addJob(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'job <id>')
    .description('show a job and its steps, or do something about it')
    .option('--why', 'say what it and each of its steps waits for')
    .option('--watch', 'follow it to its end')
    .option('--cancel', 'end it at once')
    .option('--retry', 'have one that failed begin anew; what is done stays done')
    .option('--drop', 'take one that failed from the dead letters')
    .option('--idempotency-key <key>', 'with --retry: makes it safe to say again, it is retried once')
    .option('--reason <reason>', 'why, with --cancel and --drop')
    .addHelpText('after', EXAMPLES)
    .action(cli.action((id: string, options: JobOptions) => show(cli, id, options)));
}

async function show(cli: Cli, id: string, options: JobOptions): Promise<ExitCode> {
  const { cancel, retry, drop, why, watch, json = false } = options;
  if ([cancel, retry, drop].filter(Boolean).length > 1)
    throw new UsageError('Give one of --cancel, --retry and --drop.');
  const reason = options.reason === undefined ? {} : { reason: options.reason };
  using client = cli.connect(cli.serverUrl(options));
  if (cancel) await client.cancelJob(id, reason);
  const { idempotencyKey } = options;
  if (retry) await client.retryJob(id, idempotencyKey === undefined ? {} : { idempotencyKey });
  if (drop) await client.dropDeadLetter(id, reason);
  if (watch) return await followJob(cli, client, id, { json });
  if (why) {
    const explained = await client.whyJob(id);
    if (json) cli.terminal.json(explained);
    else for (const line of whyLines(explained)) cli.terminal.print(line);
    return exitCodes.done;
  }
  const job = await client.getJob(id);
  if (json) cli.terminal.json(job);
  else for (const line of jobLines(job)) cli.terminal.print(line);
  return cancel || drop ? exitCodes.done : exitOf(job);
}
