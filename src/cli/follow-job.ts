import type { Job, TaskloomClient } from '../client/index.ts';
import type { Cli } from './cli.ts';
import { interruptible } from './end-signals.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { jobLines } from './job-lines.ts';
import { printable } from './printable.ts';

const ends: ReadonlySet<string> = new Set(['JOB_DONE', 'JOB_FAILED', 'JOB_CANCELLED']);

/**
 * Shows a job live until it is over. Answers 0 when it is done, 1 when it failed or was cancelled, 130 when Ctrl-C ended
 * the watching: the job goes on.
 */
export async function followJob(
  { terminal }: Pick<Cli, 'terminal'>,
  client: TaskloomClient,
  jobId: string,
  { json }: { readonly json: boolean },
): Promise<ExitCode> {
  using interrupt = interruptible();
  try {
    for await (const message of client.watch({ jobId }, { signal: interrupt.signal })) {
      if (json) terminal.json(message);
      else showLive(terminal, message);
      if (!ends.has(message.type)) continue;
      const job = await client.getJob(jobId);
      if (!json) for (const line of jobLines(job)) terminal.print(line);
      return exitOf(job);
    }
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  }
  terminal.note(`Left; the job goes on. To look at it again: taskloom job ${jobId}`);
  return exitCodes.interrupted;
}

/** 0 for one that is done, 1 for one that failed or was cancelled. */
export function exitOf({ status }: Pick<Job, 'status'>): ExitCode {
  return status === 'failed' || status === 'cancelled' ? exitCodes.failed : exitCodes.done;
}

const told: Readonly<Record<string, string>> = {
  STEP_ASSIGNED: 'goes to',
  STEP_DONE: 'is done by',
  STEP_LOST: 'was lost by',
  STEP_FAILED: 'failed:',
  STEP_SKIPPED: 'is skipped',
  APPROVAL_REQUESTED: 'waits to be approved:',
};

function showLive(
  terminal: Cli['terminal'],
  { type, data }: { readonly type: string; readonly data: Readonly<Record<string, unknown>> },
): void {
  const verb = told[type];
  if (verb === undefined || typeof data.step !== 'string') return;
  const rest = [data.approvalId, data.reason, data.agentId].find((each) => typeof each === 'string' && each !== '');
  terminal.note(
    `${printable(data.step)} ${verb} ${printable(typeof rest === 'string' ? rest : '', 300)}`.trimEnd(),
    'dim',
  );
}
