import { type AppendOptions, type EventStore, StreamConflictError } from '../../events/index.ts';
import { type Clock } from '../../kernel/clock.ts';
import { InvalidInputError, type Issue } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Json } from '../../kernel/json.ts';
import { type Orchestrator, priorities } from '../../orchestrator/index.ts';
import { ScheduleNotFoundError } from '../job-work.errors.ts';
import type { JobDefaults, JobPlanner, NewJob } from '../new-job.ts';
import { describeNewJob } from '../new-job.ts';
import { timingIssues } from './due-times.ts';
import type { MissedRule, Timing } from './schedule.events.ts';
import { nextDue, SCHEDULE, type ScheduleState, type ScheduleWorkflow } from './schedule-workflow.ts';

export interface NewSchedule {
  readonly job: NewJob;
  readonly at?: string | undefined;
  readonly cron?: string | undefined;
  /** Default: UTC. */
  readonly timezone?: string | undefined;
  /** Default: once. */
  readonly missed?: MissedRule | undefined;
}

export interface ScheduleCreation {
  readonly submitter?: string | undefined;
  /** A new UUID. */
  readonly scheduleId?: string;
  /** Committed with the schedule. */
  readonly alongside?: AppendOptions['alongside'];
}

/** A schedule as every door shows it. */
export interface ScheduleView extends Timing {
  readonly scheduleId: string;
  readonly status: 'active' | 'ended' | 'deleted';
  readonly job: { readonly [key: string]: Json };
  /** ISO 8601; null: never again. */
  readonly nextDue: string | null;
  readonly fired: number;
  /** Runs that were missed and not made up for. */
  readonly skipped: number;
  readonly lastJobId: string | null;
  readonly lastFiredAt: string | null;
  /** Why no job came of the last run. */
  readonly error: { readonly code: string; readonly reason: string } | null;
  readonly createdAt: string;
}

export interface SchedulesParts {
  readonly events: EventStore;
  readonly orchestrator: Orchestrator;
  readonly workflow: ScheduleWorkflow;
  readonly defaults: JobDefaults;
  readonly planner: JobPlanner;
  readonly clock: Clock;
  readonly submitWaitMs: number;
}

const MOST_LISTED = 500;

/** Jobs that are to be made later, once or again and again. */
export class Schedules {
  constructor(private readonly parts: SchedulesParts) {}

  /** Durable when this resolves. Rejects with InvalidInputError (also for a job that could not be made) or QueueFullError. */
  async create(
    { job, at, cron, timezone = 'UTC', missed = 'once' }: NewSchedule,
    { submitter, scheduleId = newId(), alongside = [] }: ScheduleCreation = {},
  ): Promise<ScheduleView> {
    const { orchestrator, defaults, planner, clock, submitWaitMs } = this.parts;
    const issues: Issue[] = [];
    if (job.jobId !== undefined) {
      issues.push({ path: 'job.jobId', message: 'cannot be chosen here: each run names its job by its own time' });
    }
    issues.push(...timingIssues({ at: at ?? null, cron: cron ?? null, timezone }, clock()));
    if (issues.length > 0) throw new InvalidInputError(issues);
    await describeNewJob(job, defaults, planner);
    const moment = at === undefined ? null : new Date(at).toISOString();
    const own = submitter === undefined ? {} : { submitter };
    const data = { at: moment, cron: cron ?? null, timezone, missed, job: plain(job), ...own };
    await orchestrator.submit({
      taskId: scheduleId,
      workflow: SCHEDULE,
      priority: priorities.HIGH,
      drafts: [{ eventType: 'SCHEDULE_CREATED', data }],
      waitMs: submitWaitMs,
      alongside,
      ...own,
    });
    return this.get(scheduleId);
  }

  /** Rejects with ScheduleNotFoundError. */
  async get(scheduleId: string): Promise<ScheduleView> {
    return view(await this.state(scheduleId));
  }

  /** Those that may still be due; with `all` also those that are over, the newest first, at most 500. */
  async list({ all = false }: { readonly all?: boolean | undefined } = {}): Promise<readonly ScheduleView[]> {
    const rows = await this.parts.orchestrator.work.newest(SCHEDULE, null, MOST_LISTED);
    const views = await Promise.all(rows.map(({ taskId }) => this.get(taskId)));
    return all ? views : views.filter(({ status }) => status === 'active');
  }

  /** It is never due again; jobs that came of it go on. Safe to repeat. Rejects with ScheduleNotFoundError. */
  async remove(scheduleId: string, by: string): Promise<ScheduleView> {
    for (;;) {
      const state = await this.state(scheduleId);
      if (this.parts.workflow.decide(state).kind === 'done') return view(state);
      try {
        await this.parts.orchestrator.end(scheduleId, [{ eventType: 'SCHEDULE_DELETED', data: { by } }], {
          expectedSequence: state.sequence,
        });
      } catch (error) {
        if (!(error instanceof StreamConflictError)) throw error;
      }
    }
  }

  private async state(scheduleId: string): Promise<ScheduleState & { readonly sequence: number }> {
    const { events, workflow } = this.parts;
    let state = workflow.initial(scheduleId);
    let sequence = 0;
    for await (const event of events.read(scheduleId)) {
      state = workflow.evolve(state, event);
      sequence = event.streamSequence;
    }
    if (!state.created) throw new ScheduleNotFoundError(scheduleId);
    return { ...state, sequence };
  }
}

function view(state: ScheduleState): ScheduleView {
  const { created, scheduleId, fired, skipped, lastJobId, lastFiredAt, error, createdAt } = state;
  const { at = null, cron = null, timezone = 'UTC', missed = 'once', job = {} } = created ?? {};
  const next = nextDue(state);
  const status = state.outcome === 'cancelled' ? 'deleted' : next === null ? 'ended' : 'active';
  const timing = { at, cron, timezone, missed };
  return {
    scheduleId,
    status,
    ...timing,
    job,
    nextDue: next,
    fired,
    skipped,
    lastJobId,
    lastFiredAt,
    error,
    createdAt,
  };
}

/** As it was sent. */
function plain(job: NewJob): { readonly [key: string]: Json } {
  return JSON.parse(JSON.stringify(job)) as { readonly [key: string]: Json };
}
