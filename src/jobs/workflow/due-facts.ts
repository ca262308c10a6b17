import type { EventDraft } from '../../events/index.ts';
import { toTimestamp } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import { type Standing, standingOf } from '../graph/standing.ts';
import type { ToDo } from '../graph/to-do.ts';
import { fillStep } from './filled-step.ts';
import { type JobState, type StepRecord, stepStateOf } from './job-state.ts';
import { failedAttempt } from './step-facts.ts';

/** The action of a step that is nothing but the question to people. */
export const APPROVAL = 'approval';

/**
 * The facts that follow from a job's state alone: what has timed out, what is ready, what cannot run any more, and the
 * end. Pure but for the ids of new approvals. None: the job waits for agents, people or time.
 */
export function dueFacts(state: JobState, nowMs: number): readonly EventDraft[] {
  if (state.order === null) return [];
  if (state.startedAt === null) return [{ eventType: 'JOB_STARTED', data: { steps: state.order.length } }];
  const late = [...state.steps.values()].flatMap((record) => lateFacts(state, record));
  if (late.length > 0) return late;
  const standing = standingOf(state.order, new Map([...state.steps].map(([id, record]) => [id, stepStateOf(record)])));
  const settled = settledFacts(state, standing);
  if (settled.length > 0) return settled;
  const begun = [...state.steps.values()].flatMap((record) => begin(state, record, standing, nowMs));
  return begun.length > 0 ? begun : endFacts(state, standing);
}

/** How many people have to approve a step: what it says itself or what the job's policy says, whichever is more. */
export function approvalsNeeded({ created }: JobState, { action, approvals, params }: ToDo): number {
  const people = typeof params.people === 'number' ? params.people : 1;
  const own = action === APPROVAL ? Math.max(1, people, approvals) : approvals;
  return Math.min(2, Math.max(own, created?.approvals[action] ?? 0));
}

/** What ran out of time, as far as the job was told how late it is. */
function lateFacts(state: JobState, record: StepRecord): readonly EventDraft[] {
  const { phase, assignment, approval } = record;
  const at = Date.parse(state.elapsed);
  if (phase === 'assigned' && assignment && assignment.deadline <= state.elapsed) {
    const reason = `${assignment.agentId} did not answer until ${assignment.deadline}.`;
    return [failedAttempt(state, record, { code: 'STEP_TIMEOUT', reason, retryable: true }, at)];
  }
  if (phase === 'approval' && approval && approval.until <= state.elapsed) {
    const reason = `${approval.by.length} of ${approval.needed} people approved it until ${approval.until}.`;
    return [failedAttempt(state, record, { code: 'APPROVAL_TIMEOUT', reason, retryable: false }, at)];
  }
  return [];
}

function settledFacts(state: JobState, { skip, fail }: Standing): readonly EventDraft[] {
  const failed = fail.flatMap(({ step, because }) => {
    const record = state.steps.get(step.id);
    const reason = `${because.join(', ')} failed.`;
    return record ? [failedAttempt(state, record, { code: 'DEPENDENCY_FAILED', reason, retryable: false }, 0)] : [];
  });
  const skipped = skip.map(({ step, because }): EventDraft => ({
    eventType: 'STEP_SKIPPED',
    data: { step: step.id, because },
  }));
  return [...failed, ...skipped];
}

/** The next fact of a step that can begin: a question to people, or the search for an agent. */
function begin(state: JobState, record: StepRecord, { ready }: Standing, nowMs: number): readonly EventDraft[] {
  const { step, phase, approval, attempt } = record;
  const isReady = phase === 'pending' ? ready.includes(step) : phase === 'approval' || isAgain(state, record);
  if (!isReady) return [];
  const filled = fillStep(state, step);
  if (!filled.ok) {
    const { code, message: reason } = filled.error;
    return [failedAttempt(state, record, { code, reason, retryable: false }, 0)];
  }
  const needed = approvalsNeeded(state, step);
  const isAsked = needed === 0 || approval?.hash === filled.hash;
  if (!isAsked) return [approvalRequest(state, filled.step, { needed, hash: filled.hash, before: approval, nowMs })];
  if (approval && needed > 0 && approval.by.length < approval.needed) return [];
  if (step.action === APPROVAL) {
    const answer = approval?.answer ?? null;
    const result = { approved: true, by: approval?.by ?? [], reason: null, ...(answer === null ? {} : { answer }) };
    const data = { step: step.id, lease: null, agentId: null, result, durationMs: null };
    return [{ eventType: 'STEP_DONE', data }];
  }
  const { action, capabilities } = step;
  const data = { step: step.id, attempt: attempt + 1, action, capabilities, hash: filled.hash };
  return [{ eventType: 'STEP_DISCOVERED', data }];
}

function isAgain({ elapsed }: JobState, { phase, retryAt }: StepRecord): boolean {
  return phase === 'backoff' && retryAt !== null && retryAt <= elapsed;
}

function approvalRequest(
  { created }: JobState,
  { id, action, selector, text, params }: ToDo,
  asked: {
    readonly needed: number;
    readonly hash: string;
    readonly before: StepRecord['approval'];
    readonly nowMs: number;
  },
): EventDraft {
  const approvalId = newId();
  const people = asked.needed === 1 ? 'somebody approves' : `${asked.needed} different people approve`;
  const reason = asked.before
    ? `The step has changed since it was asked: it waits until ${people} it as it is now.`
    : `It waits until ${people} it.`;
  const until = toTimestamp(asked.nowMs + (created?.approvalTimeoutMs ?? 0));
  const { needed, hash } = asked;
  const replaces = asked.before ? { replaces: asked.before.approvalId } : {};
  const data = { approvalId, step: id, action, needed, hash, selector, text, params, reason, until, ...replaces };
  return { eventType: 'APPROVAL_REQUESTED', eventId: approvalId, data };
}

function endFacts({ order, steps }: JobState, { outcome, unhandled }: Standing): readonly EventDraft[] {
  if (outcome === 'open') return [];
  const count = (phase: StepRecord['phase']) => [...steps.values()].filter((each) => each.phase === phase).length;
  if (outcome === 'done') {
    const parts = [`${count('done')} of ${order?.length ?? 0} steps done`];
    if (count('failed') > 0) parts.push(`${count('failed')} failed and taken over`);
    if (count('skipped') > 0) parts.push(`${count('skipped')} skipped`);
    return [{ eventType: 'JOB_DONE', data: { summary: `${parts.join(', ')}.` } }];
  }
  // The first that failed of its own: the others may only have followed.
  const own = unhandled.find((id) => steps.get(id)?.error?.code !== 'DEPENDENCY_FAILED') ?? unhandled[0] ?? '';
  const cause = firstCause(steps, own);
  const { code, reason } = steps.get(cause)?.error ?? { code: 'STEP_FAILED', reason: 'It failed.' };
  return [{ eventType: 'JOB_FAILED', data: { code, reason: `Step ${cause}: ${reason}`, steps: unhandled } }];
}

/** The step whose own failure others followed. */
function firstCause(steps: JobState['steps'], id: string): string {
  const record = steps.get(id);
  if (record?.error?.code !== 'DEPENDENCY_FAILED') return id;
  const failed = record.step.dependsOn.find(({ step }) => steps.get(step)?.phase === 'failed');
  return failed ? firstCause(steps, failed.step) : id;
}
