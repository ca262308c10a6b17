import { type AppendOptions, type EventDraft, StreamConflictError } from '../events/index.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Json } from '../kernel/json.ts';
import type { Orchestrator } from '../orchestrator/index.ts';
import { referenceIssues } from './graph/references.ts';
import { JobStateError, StepBegunError, StepNotFoundError } from './job-work.errors.ts';
import type { JobReader } from './job-reader.ts';
import { describeNewJob, type JobDefaults, type JobPlanner, type NewJob } from './new-job.ts';
import { jobStatusOf, type JobView } from './workflow/job-view.ts';
import type { JobState } from './workflow/job-state.ts';
import type { JobWriter } from './workflow/job-writer.ts';
import { JOB, queueingOf } from './workflow/job-workflow.ts';

export interface JobCreation {
  /** On whose behalf; default: nobody in particular. */
  readonly submitter?: string | undefined;
  readonly scheduleId?: string | undefined;
  /** How long to wait for room in a full queue. */
  readonly waitMs?: number | undefined;
  /** Committed with the job. */
  readonly alongside?: AppendOptions['alongside'];
}

export interface JobsParts {
  readonly orchestrator: Orchestrator;
  readonly writer: JobWriter;
  readonly read: JobReader;
  readonly defaults: JobDefaults;
  readonly planner: JobPlanner;
  readonly submitWaitMs: number;
}

/** What can be done with jobs: each a fact in the job's stream, durable before the answer. */
export class Jobs {
  readonly read: JobReader;

  constructor(private readonly parts: JobsParts) {
    this.read = parts.read;
  }

  /**
   * Accepts a job; it is durable when this resolves. Rejects with InvalidInputError, GraphCircleError,
   * DuplicateTaskError or QueueFullError; then nothing was created.
   */
  async create(job: NewJob, { submitter, scheduleId, waitMs, alongside = [] }: JobCreation = {}): Promise<JobView> {
    const { orchestrator, defaults, planner, submitWaitMs } = this.parts;
    const data = {
      ...(await describeNewJob(job, defaults, planner)),
      ...(submitter === undefined ? {} : { submitter }),
      ...(scheduleId === undefined ? {} : { scheduleId }),
    };
    const jobId = (job.jobId ?? newId()).normalize('NFC');
    await orchestrator.submit({
      taskId: jobId,
      workflow: JOB,
      priority: data.priority,
      drafts: [{ eventType: 'JOB_CREATED', data }],
      waitMs: waitMs ?? submitWaitMs,
      alongside,
      ...queueingOf(data),
    });
    return this.read.get(jobId);
  }

  /** Ends a job at once; agents are told to drop what they have of it. One that is over stays as it is. Safe to repeat. */
  cancel(
    jobId: string,
    { by, reason }: { readonly by: string; readonly reason: string },
  ): Promise<{ readonly job: JobView; readonly changed: boolean }> {
    const facts = (state: JobState): readonly EventDraft[] =>
      state.outcome ? [] : [{ eventType: 'JOB_CANCELLED', data: { by, reason } }];
    return this.change(jobId, 'end', facts);
  }

  /**
   * Has a job that failed begin anew: what is done stays done, what failed or was skipped is tried with all its retries.
   * Rejects with JobStateError for any other.
   */
  async retry(
    jobId: string,
    { by, alongside = [] }: { readonly by: string; readonly alongside?: AppendOptions['alongside'] },
  ): Promise<JobView> {
    const facts = (state: JobState): readonly EventDraft[] => {
      if (state.outcome !== 'failed')
        throw new JobStateError(jobId, jobStatusOf(state), 'only one that failed can be retried');
      return [{ eventType: 'JOB_RETRIED', data: { by, priority: state.created?.priority ?? 0 } }];
    };
    return (await this.change(jobId, 'reopen', facts, alongside)).job;
  }

  /** Takes a job from the dead letters; it stays failed. Safe to repeat. Rejects with JobStateError for one that did not fail. */
  async drop(jobId: string, { by, reason }: { readonly by: string; readonly reason: string }): Promise<JobView> {
    await this.parts.writer.say(await this.idOf(jobId), (state) => {
      if (state.outcome !== 'failed')
        throw new JobStateError(jobId, jobStatusOf(state), 'only one that failed is a dead letter');
      return state.dropped ? [] : [{ eventType: 'JOB_DROPPED', data: { by, reason } }];
    });
    return this.read.get(jobId);
  }

  /**
   * Changes what a step is to do before an agent has it. Whoever approved it as it was has approved something else: it
   * is asked again. Rejects with StepNotFoundError, StepBegunError, JobStateError or InvalidInputError.
   */
  async editStep(
    jobId: string,
    stepId: string,
    edit: {
      readonly selector?: string | null | undefined;
      readonly text?: string | null | undefined;
      readonly params?: Readonly<Record<string, Json>> | undefined;
      readonly by: string;
    },
  ): Promise<JobView> {
    await this.parts.writer.say(await this.idOf(jobId), (state) => {
      if (state.outcome) throw new JobStateError(jobId, jobStatusOf(state), 'its steps stay as they are');
      const record = state.steps.get(stepId);
      if (!record) throw new StepNotFoundError(jobId, stepId, [...state.steps.keys()]);
      if (!['pending', 'approval', 'discovery', 'backoff'].includes(record.phase)) {
        throw new StepBegunError(jobId, stepId, record.phase);
      }
      const { selector = record.step.selector, text = record.step.text, params = record.step.params, by } = edit;
      const { planner, defaults } = this.parts;
      const edited = { ...record.step, selector, text, params };
      const issues = [...referenceIssues(edited, 'step'), ...planner.check([edited], 'step', defaults.agentsCan())];
      if (issues.length > 0) throw new InvalidInputError(issues);
      return [{ eventType: 'STEP_EDITED', data: { step: stepId, selector, text, params, by } }];
    });
    return this.read.get(jobId);
  }

  private async idOf(jobId: string): Promise<string> {
    return (await this.read.known(jobId)).state.jobId;
  }

  private async change(
    jobId: string,
    how: 'end' | 'reopen',
    facts: (state: JobState) => readonly EventDraft[],
    alongside: NonNullable<AppendOptions['alongside']> = [],
  ): Promise<{ readonly job: JobView; readonly changed: boolean }> {
    for (;;) {
      const { state, sequence } = await this.read.known(jobId);
      const drafts = facts(state);
      try {
        if (drafts.length > 0)
          await this.parts.orchestrator[how](state.jobId, drafts, { expectedSequence: sequence, alongside });
        return { job: await this.read.get(state.jobId), changed: drafts.length > 0 };
      } catch (error) {
        if (!(error instanceof StreamConflictError)) throw error;
      }
    }
  }
}
