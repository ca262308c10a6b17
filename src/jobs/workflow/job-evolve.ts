import type { EventPayloads, StoredEvent } from '../../events/index.ts';
import { sortSteps } from '../graph/sort-steps.ts';
import type { ToDo } from '../graph/to-do.ts';
import { type JobState, newStepRecord, type StepRecord } from './job-state.ts';

/** The next state of a job. Pure; a final state absorbs whatever comes late, but for a person's word to begin anew. */
export function evolveJob(state: JobState, event: StoredEvent): JobState {
  if (state.outcome) return evolveEnded(state, event);
  switch (event.eventType) {
    case 'JOB_CREATED': {
      const created = { ...state, created: event.data, createdAt: event.timestamp, intent: event.data.intent };
      return event.data.steps === null ? created : withSteps(created, event.data.steps);
    }
    case 'JOB_PLANNED':
      return withSteps({ ...state, intent: event.data.intent }, event.data.steps);
    case 'JOB_STARTED':
      return { ...state, startedAt: state.startedAt ?? event.timestamp };
    case 'WAIT_ELAPSED':
      return { ...state, elapsed: event.data.until > state.elapsed ? event.data.until : state.elapsed };
    case 'JOB_DONE':
      return { ...state, outcome: 'completed', summary: event.data.summary, finishedAt: event.timestamp };
    case 'JOB_FAILED':
      return { ...state, outcome: 'failed', error: errorOf(event.data), finishedAt: event.timestamp };
    case 'JOB_CANCELLED': {
      const error = { code: 'JOB_CANCELLED', reason: event.data.reason };
      return { ...state, outcome: 'cancelled', error, finishedAt: event.timestamp };
    }
    default:
      return evolveStep(state, event);
  }
}

function evolveEnded(state: JobState, event: StoredEvent): JobState {
  if (state.outcome !== 'failed') return state;
  if (event.eventType === 'JOB_DROPPED') return { ...state, dropped: true };
  if (event.eventType !== 'JOB_RETRIED') return state;
  const steps = [...state.steps].map(([id, record]): [string, StepRecord] => [
    id,
    record.phase === 'done' ? record : { ...newStepRecord(record.step), attempt: record.attempt },
  ]);
  return {
    ...state,
    steps: new Map(steps),
    outcome: null,
    error: null,
    finishedAt: null,
    retries: state.retries + 1,
    dropped: false,
  };
}

function evolveStep(state: JobState, event: StoredEvent): JobState {
  switch (event.eventType) {
    case 'STEP_DISCOVERED': {
      const { step, attempt, hash } = event.data;
      return changeStep(state, step, () => ({ phase: 'discovery', attempt, hash, retryAt: null }));
    }
    case 'STEP_ASSIGNED': {
      const { step, agentId, lease, deadline } = event.data;
      const assignment = { lease, agentId, deadline, assignedAt: event.timestamp, chosen: choiceOf(event.data) };
      return changeStep(state, step, ({ startedAt }) => ({
        phase: 'assigned',
        assignment,
        progress: null,
        startedAt: startedAt ?? event.timestamp,
      }));
    }
    case 'STEP_INFORMED': {
      const { step, lease, progress, text } = event.data;
      return changeStep(state, step, ({ assignment }) =>
        assignment?.lease === lease ? { progress: { progress, text } } : {},
      );
    }
    case 'STEP_DONE': {
      const { step, result, agentId, lease } = event.data;
      return changeStep(state, step, () => ({
        ...ended(event),
        phase: 'done',
        result,
        error: null,
        agentId,
        lastLease: lease,
      }));
    }
    case 'STEP_FAILED':
      return failedStep(state, event);
    case 'STEP_LOST':
      return changeStep(state, event.data.step, ({ losses }) => ({
        phase: 'pending',
        assignment: null,
        progress: null,
        losses: losses + 1,
      }));
    case 'STEP_SKIPPED':
      return changeStep(state, event.data.step, () => ({ ...ended(event), phase: 'skipped' }));
    case 'STEP_EDITED': {
      const { step: id, selector, text, params } = event.data;
      const edit = (each: ToDo): ToDo => (each.id === id ? { ...each, selector, text, params } : each);
      // Whoever looks for an agent looks for something else now.
      const edited = changeStep(state, id, ({ step, phase }) => ({
        step: edit(step),
        phase: phase === 'discovery' ? 'pending' : phase,
      }));
      return { ...edited, order: state.order?.map(edit) ?? null };
    }
    default:
      return evolveApproval(state, event);
  }
}

function evolveApproval(state: JobState, event: StoredEvent): JobState {
  switch (event.eventType) {
    case 'APPROVAL_REQUESTED': {
      const { approvalId, step, needed, hash, until } = event.data;
      const approval = { approvalId, needed, hash, until, askedAt: event.timestamp, by: [], answer: null };
      return changeStep(state, step, () => ({ phase: 'approval', approval }));
    }
    case 'APPROVAL_GIVEN': {
      const { approvalId, step, by, answer } = event.data;
      return changeStep(state, step, ({ approval }) =>
        approval?.approvalId === approvalId
          ? { approval: { ...approval, by: [...approval.by, by], answer: answer ?? approval.answer } }
          : {},
      );
    }
    default:
      return state;
  }
}

function failedStep(state: JobState, event: StoredEvent<'STEP_FAILED'>): JobState {
  const { step, retryAt, agentId, lease } = event.data;
  const common = { error: errorOf(event.data), agentId, lastLease: lease, assignment: null, progress: null };
  if (retryAt === null) return changeStep(state, step, () => ({ ...ended(event), ...common, phase: 'failed' }));
  return changeStep(state, step, ({ failures }) => ({
    ...common,
    phase: 'backoff',
    failures: failures + 1,
    losses: 0,
    retryAt,
  }));
}

function ended({ timestamp }: StoredEvent) {
  return { assignment: null, progress: null, retryAt: null, finishedAt: timestamp };
}

function errorOf({ code, reason }: { readonly code: string; readonly reason: string }) {
  return { code, reason };
}

function withSteps(state: JobState, steps: readonly ToDo[]): JobState {
  // Steps were checked before they were recorded: what is in a circle all the same stays as it was given.
  const order = sortSteps(steps).order ?? steps;
  return { ...state, order, steps: new Map(order.map((step) => [step.id, newStepRecord(step)])) };
}

/** A step that has ended, or is unknown, stays as it is. */
function changeStep(state: JobState, id: string, change: (record: StepRecord) => Partial<StepRecord>): JobState {
  const record = state.steps.get(id);
  if (!record || record.phase === 'done' || record.phase === 'failed' || record.phase === 'skipped') return state;
  return { ...state, steps: new Map(state.steps).set(id, { ...record, ...change(record) }) };
}

function choiceOf({ chosenBy, because }: EventPayloads['STEP_ASSIGNED']): string | null {
  if (because === undefined) return null;
  return chosenBy === 'model'
    ? `The model chose it: ${because}`
    : `It was the least busy one, as the model did not choose: ${because}`;
}
