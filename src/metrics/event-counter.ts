import type { EventStore, EventType, StoredEvent } from '../events/index.ts';
import { eventGroupOf } from './event-group.ts';
import type { Instruments } from './instruments.ts';
import type { ModelLabels } from './model-labels.ts';

/** What a stream began with, and where it began anew. */
const beginnings = [
  'TASK_CREATED',
  'TASK_FORKED',
  'JOB_CREATED',
  'JOB_RETRIED',
] as const satisfies readonly EventType[];

const pauses = {
  USER: 'user',
  LIMIT_TOKENS: 'limit_tokens',
  LIMIT_COST: 'limit_cost',
  LIMIT_SECONDS: 'limit_seconds',
  LIMIT_ITERATIONS: 'limit_iterations',
} as const;

const remedies = ['later', 'anew', 'differently', 'never'] as const;

/** The codes of TaskTimeoutError, and of a step whose agent took too long. */
const TASK_TIMEOUT = 'TASK_TIMEOUT';
const STEP_TIMEOUT = 'STEP_TIMEOUT';

/**
 * Counts what the events of the log say, each to be handed in once and in order. The past that a fork takes over is
 * counted as events and as nothing else: it happened before.
 */
export class EventCounter {
  /** Streams that are forks and whose own past begins later: the stream sequence of their TASK_FORKED. */
  private readonly forks = new Map<string, number>();

  constructor(
    private readonly events: Pick<EventStore, 'getEvents'>,
    private readonly instruments: Instruments,
    private readonly models: ModelLabels,
  ) {}

  /**
   * Reads the log for what began or ended with this event, and never for any other. `next`: the one that follows it in
   * the log, where it is known.
   */
  async add(event: StoredEvent, next?: StoredEvent): Promise<void> {
    this.instruments.count('events_appended_total', { group: eventGroupOf(event.eventType) });
    if (await this.isCopy(event, next)) return;
    await this.countFact(event);
  }

  private async isCopy({ eventType, taskId, streamSequence }: StoredEvent, next?: StoredEvent): Promise<boolean> {
    const begins = eventType === 'TASK_CREATED' && streamSequence === 1;
    // A fork is committed as a whole, so what follows its first event in the log is its second one.
    if (begins && (!next || next.taskId === taskId)) {
      // All copies are there, and the forks that its parents were among them.
      const [fork] = await this.events.getEvents(taskId, {
        types: ['TASK_FORKED'],
        direction: 'backwards',
        limit: 1,
      });
      if (fork) this.forks.set(taskId, fork.streamSequence);
    }
    const forkedAt = this.forks.get(taskId);
    if (forkedAt === undefined) return false;
    if (streamSequence >= forkedAt) this.forks.delete(taskId);
    return streamSequence < forkedAt;
  }

  private async countFact(event: StoredEvent): Promise<void> {
    const { instruments } = this;
    switch (event.eventType) {
      case 'TASK_CREATED':
      case 'TASK_FORKED':
        return instruments.count('tasks_created_total', {});
      case 'TASK_STARTED':
        return instruments.observe('queue_wait_seconds', { workflow: 'coding' }, await this.secondsUntil(event));
      case 'TASK_COMPLETE':
        return this.taskEnded(event, 'completed');
      case 'TASK_FAILED':
        return this.taskEnded(event, event.data.code === TASK_TIMEOUT ? 'timed_out' : 'failed');
      case 'TASK_CANCELLED':
        return this.taskEnded(event, 'cancelled');
      case 'TASK_PAUSED':
        return instruments.count('task_pauses_total', { reason: pauses[event.data.code] });
      case 'CORRECTION_STARTED':
        return instruments.count('task_corrections_total', {});
      case 'TEST_PASSED':
        return this.testsRun('passed', event.data.durationMs);
      case 'TEST_FAILED':
        return this.testsRun('failed', event.data.durationMs);
      case 'MODEL_CALL_COMPLETED':
        return this.modelAnswered(event);
      case 'MODEL_CALL_FAILED':
        if (!remedies.includes(event.data.remedy)) return;
        return instruments.count('llm_call_failures_total', { remedy: event.data.remedy });
      case 'JOB_CREATED':
        return instruments.count('jobs_created_total', {});
      case 'JOB_STARTED':
        return instruments.observe('queue_wait_seconds', { workflow: 'job' }, await this.secondsUntil(event));
      case 'JOB_DONE':
        return this.jobEnded(event, 'done');
      case 'JOB_FAILED':
        return this.jobEnded(event, 'failed');
      case 'JOB_CANCELLED':
        return this.jobEnded(event, 'cancelled');
      case 'STEP_DONE':
        instruments.count('job_steps_total', { outcome: 'done' });
        if (event.data.durationMs === null) return;
        return instruments.observe('job_step_duration_seconds', {}, event.data.durationMs / 1000);
      case 'STEP_FAILED':
        return instruments.count('job_steps_total', { outcome: failureOf(event.data) });
      case 'STEP_LOST':
        return instruments.count('job_steps_total', { outcome: 'lost' });
      case 'STEP_SKIPPED':
        return instruments.count('job_steps_total', { outcome: 'skipped' });
      case 'APPROVAL_REQUESTED':
        return instruments.count('approvals_requested_total', {});
      case 'APPROVAL_GIVEN':
        return instruments.count('approval_decisions_total', { decision: 'given' });
      case 'APPROVAL_REFUSED':
        return instruments.count('approval_decisions_total', { decision: 'refused' });
      case 'AGENT_LOST':
        return instruments.count('agents_lost_total', {});
      case 'MESSAGE_ANSWERED':
        return instruments.count('worker_messages_total', { outcome: 'answered' });
      case 'MESSAGE_FAILED':
        return instruments.count('worker_messages_total', { outcome: 'failed' });
      default:
        return;
    }
  }

  private async taskEnded(event: StoredEvent, outcome: 'completed' | 'failed' | 'timed_out' | 'cancelled') {
    this.instruments.count('tasks_total', { outcome });
    this.instruments.observe('task_duration_seconds', { outcome }, await this.secondsUntil(event));
  }

  private async jobEnded(event: StoredEvent, outcome: 'done' | 'failed' | 'cancelled') {
    this.instruments.count('jobs_total', { outcome });
    this.instruments.observe('job_duration_seconds', { outcome }, await this.secondsUntil(event));
  }

  private testsRun(outcome: 'passed' | 'failed', durationMs: number): void {
    this.instruments.count('test_runs_total', { outcome });
    this.instruments.observe('test_run_duration_seconds', { outcome }, durationMs / 1000);
  }

  private modelAnswered({ data }: StoredEvent<'MODEL_CALL_COMPLETED'>): void {
    const { instruments } = this;
    const model = this.models.labelOf(data.model);
    instruments.observe('llm_call_duration_seconds', { model }, data.durationMs / 1000);
    if (data.costUsd !== undefined) instruments.count('llm_cost_dollars_total', { model }, data.costUsd);
    if (!data.usage) return;
    instruments.count('llm_tokens_total', { model, direction: 'input' }, data.usage.inputTokens);
    instruments.count('llm_tokens_total', { model, direction: 'output' }, data.usage.outputTokens);
  }

  /** How long ago the stream began when this event happened; NaN where its beginning is not there. */
  private async secondsUntil({ taskId, streamSequence, timestamp }: StoredEvent): Promise<number> {
    const [began] = await this.events.getEvents(taskId, {
      types: beginnings,
      until: streamSequence,
      direction: 'backwards',
      limit: 1,
    });
    if (!began) return NaN;
    // Clocks can be set back in between.
    return Math.max(0, Date.parse(timestamp) - Date.parse(began.timestamp)) / 1000;
  }
}

function failureOf({ code, retryAt }: StoredEvent<'STEP_FAILED'>['data']) {
  if (code === STEP_TIMEOUT) return retryAt === null ? 'timed_out' : 'timed_out_retried';
  return retryAt === null ? 'failed' : 'retried';
}
