import type { EventDraft } from '../../events/index.ts';
import { toTimestamp } from '../../kernel/clock.ts';
import type { JobState, StepRecord } from './job-state.ts';

const LONGEST_BACKOFF_MS = 300_000;
/** A step that takes its agents with it is not handed to ever more of them. */
export const MAX_LOSSES = 5;

export interface StepFailure {
  readonly code: string;
  readonly reason: string;
  /** Whether another attempt may do better. */
  readonly retryable: boolean;
}

/** The pause after so many failed attempts, in milliseconds: twice as long each time, at most five minutes. */
export function backoffMs(firstMs: number, failures: number): number {
  return Math.min(LONGEST_BACKOFF_MS, firstMs * 2 ** Math.min(failures, 30));
}

/** A failed attempt: with the time of the next one, as long as there is one left. */
export function failedAttempt(
  { created }: JobState,
  { step, failures, assignment }: StepRecord,
  { code, reason, retryable }: StepFailure,
  atMs: number,
): EventDraft {
  const allowed = step.retries ?? created?.maxRetries ?? 0;
  const again = retryable && failures < allowed;
  const retryAt = again ? toTimestamp(atMs + backoffMs(created?.backoffMs ?? 0, failures)) : null;
  const { lease = null, agentId = null } = assignment ?? {};
  return { eventType: 'STEP_FAILED', data: { step: step.id, lease, agentId, code, reason, retryAt } };
}

/** An agent that is gone, or gave the step back: another one gets it, unless too many went that way. */
export function lostAssignment(state: JobState, record: StepRecord, reason: string, atMs: number): EventDraft {
  const { step, assignment, losses } = record;
  if (losses >= MAX_LOSSES) {
    const failure = {
      code: 'AGENTS_LOST',
      reason: `${losses + 1} agents were lost with it: ${reason}`,
      retryable: true,
    };
    return failedAttempt(state, record, failure, atMs);
  }
  const { lease = '', agentId = '' } = assignment ?? {};
  return { eventType: 'STEP_LOST', data: { step: step.id, lease, agentId, reason } };
}
