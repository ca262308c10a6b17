import type { Job, JobWhy } from '../client/index.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

/** A job for people: what it is about, and a line for each step. */
export function jobLines(job: Job): readonly string[] {
  const about = job.request ?? job.intent;
  const head = [`job      ${printable(job.jobId)}`, `status   ${job.status}${job.deadLetter ? ' (dead letter)' : ''}`];
  if (about) head.push(`about    ${printable(about, 200)}`);
  if (job.error) head.push(`error    ${printable(`${job.error.code}: ${job.error.reason}`, 500)}`);
  if (job.waitingFor) head.push(`waits    ${printable(job.waitingFor.detail, 300)}`);
  if (job.status === 'done') head.push(`result   ${printable(JSON.stringify(job.result), 2000)}`);
  if (job.steps.length === 0) return head;
  const rows = job.steps.map((step) => [
    step.id,
    step.action,
    step.phase,
    step.agentId ?? '',
    step.retries > 0 ? String(step.retries) : '',
    step.error
      ? `${step.error.code}: ${step.error.reason}`.slice(0, 80)
      : step.result === undefined
        ? ''
        : JSON.stringify(step.result).slice(0, 80),
  ]);
  return [...head, '', ...table(['step', 'action', 'phase', 'agent', 'retries', 'result'], rows)];
}

/** What a job and its steps wait for. */
export function whyLines({ status, waitsFor, detail, steps }: JobWhy): readonly string[] {
  const lines = [`${status}; ${waitsFor === 'nothing' ? '' : `waits for ${waitsFor}: `}${printable(detail, 500)}`];
  for (const step of steps) {
    const until = step.until === null ? '' : ` (until ${step.until})`;
    lines.push(`  ${printable(step.step)}: ${printable(step.detail, 300)}${until}`);
  }
  return lines;
}
