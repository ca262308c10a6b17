import type { Wait } from '../../orchestrator/index.ts';
import type { JobState, StepRecord } from './job-state.ts';

/** What one step waits for. */
export interface StepWait extends Wait {
  readonly step: string;
}

/** What keeps each step that has begun from going on. */
export function stepWaits(state: JobState): readonly StepWait[] {
  return [...state.steps.values()].flatMap((record) => waitOf(record));
}

/** What a job waits for that has nothing to do: the step that waits for people first, then for an agent, then for time. */
export function jobWait(state: JobState): Wait {
  const waits = stepWaits(state);
  const first = waits.toSorted((one, other) => urgency(one) - urgency(other))[0];
  const until = waits.flatMap((wait) => wait.until ?? []).sort()[0] ?? null;
  if (!first) return { reason: 'awaitingAgent', detail: 'Nothing of it is under way.', until };
  const more = waits.length - 1;
  const others = more === 0 ? '' : ` (and ${more} more step${more === 1 ? '' : 's'})`;
  return { reason: first.reason, detail: `Step ${first.step}: ${first.detail}${others}`, until };
}

function urgency({ reason }: StepWait): number {
  return ['awaitingApproval', 'awaitingAgent', 'awaitingRetry'].indexOf(reason);
}

function waitOf(record: StepRecord): readonly StepWait[] {
  const { step, phase, approval, assignment, retryAt, error } = record;
  switch (phase) {
    case 'approval':
      return approval ? [{ step: step.id, ...approvalWait(approval) }] : [];
    case 'discovery': {
      const needs = [step.action, ...step.capabilities].join(', ');
      return [
        { step: step.id, reason: 'awaitingAgent', detail: `It looks for an agent that can ${needs}.`, until: null },
      ];
    }
    case 'assigned': {
      if (!assignment) return [];
      const { agentId, assignedAt, chosen } = assignment;
      const detail = `${agentId} is at it since ${assignedAt}.${chosen === null ? '' : ` ${chosen}`}`;
      return [{ step: step.id, reason: 'awaitingAgent', detail, until: assignment.deadline }];
    }
    case 'backoff':
      return [
        {
          step: step.id,
          reason: 'awaitingRetry',
          detail: `It failed (${error?.reason ?? 'for no known reason'}) and is tried again.`,
          until: retryAt,
        },
      ];
    default:
      return [];
  }
}

function approvalWait({ needed, by, until }: NonNullable<StepRecord['approval']>): Omit<StepWait, 'step'> {
  const people = needed === 1 ? 'somebody to approve it' : `${needed} different people to approve it`;
  const given = by.length === 0 ? '' : `; ${by.join(', ')} did`;
  return { reason: 'awaitingApproval', detail: `It waits for ${people}${given}.`, until };
}
