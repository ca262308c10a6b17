import type { EventStore } from '../events/index.ts';
import { explainReason, overExplanation, type Orchestrator, type WaitExplanation } from '../orchestrator/index.ts';
import { deadLetterEventTypes } from './dead-letters.ts';
import { JobNotFoundError } from './job-work.errors.ts';
import type { WorkStatus } from './protocol/agent-message.ts';
import type { JobStates, KnownJob } from './workflow/job-states.ts';
import { jobStatusOf, type JobView, jobViewOf } from './workflow/job-view.ts';
import { stepWaits } from './workflow/job-waits.ts';
import { decideJob, JOB } from './workflow/job-workflow.ts';

export interface JobQuery {
  readonly status?: WorkStatus | undefined;
  /** 1 to 200; default 50. */
  readonly limit?: number | undefined;
  /** How many of the newest are left out; default 0. */
  readonly offset?: number | undefined;
}

export interface JobPage {
  readonly jobs: readonly JobView[];
  /** Give it as `offset` for the next page; null at the end. */
  readonly nextOffset: number | null;
}

/** What one step waits for. */
export interface StepExplanation extends WaitExplanation {
  readonly step: string;
}

export interface JobExplanation extends WaitExplanation {
  readonly jobId: string;
  readonly status: WorkStatus;
  /** Of each step that has begun and does not go on. */
  readonly steps: readonly StepExplanation[];
}

const PAGE = 200;

/** Answers what is known of jobs, from their events. */
export class JobReader {
  constructor(
    private readonly events: EventStore,
    private readonly orchestrator: Orchestrator,
    private readonly states: JobStates,
    /** Agents that are there and can all of this. */
    private readonly ableTo: (needs: readonly string[]) => Promise<readonly string[]>,
  ) {}

  /** Rejects with JobNotFoundError. */
  async get(jobId: string): Promise<JobView> {
    const { state, sequence } = await this.known(jobId);
    return jobViewOf(state, sequence, await this.orchestrator.work.find(state.jobId));
  }

  /** Newest first. A filter by status looks at as many jobs as it needs to fill the page. */
  async list({ status, limit = 50, offset = 0 }: JobQuery = {}): Promise<JobPage> {
    const size = Math.min(Math.max(1, limit), PAGE);
    const jobs: JobView[] = [];
    let skipped = 0;
    for await (const jobId of this.newest()) {
      const { state, sequence } = await this.known(jobId);
      if (status !== undefined && jobStatusOf(state) !== status) continue;
      if (skipped++ < offset) continue;
      if (jobs.length === size) return { jobs, nextOffset: offset + size };
      jobs.push(jobViewOf(state, sequence, await this.orchestrator.work.find(jobId)));
    }
    return { jobs, nextOffset: null };
  }

  /** Jobs that failed for good and that nobody has retried or dropped, the newest first. */
  async deadLetters({ limit = 50, offset = 0 }: Omit<JobQuery, 'status'> = {}): Promise<JobPage> {
    const size = Math.min(Math.max(1, limit), PAGE);
    const open = new Set<string>();
    for (let after = 0, isMore = true; isMore;) {
      const page = await this.events.readAll({ after, types: deadLetterEventTypes });
      for (const { taskId, eventType } of page) {
        open.delete(taskId);
        if (eventType === 'JOB_FAILED') open.add(taskId);
      }
      after = page.at(-1)?.sequenceNumber ?? after;
      isMore = page.length > 0;
    }
    const ids = [...open].reverse();
    const jobs = await Promise.all(ids.slice(offset, offset + size).map((jobId) => this.get(jobId)));
    return { jobs, nextOffset: offset + size < ids.length ? offset + size : null };
  }

  /** What keeps a job, and each step of it, from going on. Rejects with JobNotFoundError. */
  async why(jobId: string): Promise<JobExplanation> {
    const { state } = await this.known(jobId);
    const status = jobStatusOf(state);
    // The facts say so first; its row in the queue follows.
    if (state.outcome) return { jobId: state.jobId, status, ...overExplanation, steps: [] };
    const decision = decideJob(state);
    const steps = await Promise.all(stepWaits(state).map((each) => this.explainStep(state, each)));
    const wait = state.startedAt !== null && decision.kind === 'wait' ? decision.wait : null;
    if (!wait) {
      const explained = await this.orchestrator.why(state.jobId);
      if (!explained) throw new JobNotFoundError(jobId);
      return { jobId: state.jobId, status, ...explained, steps };
    }
    const first = steps.find(({ step }) => wait.detail.startsWith(`Step ${step}:`));
    const detail = first ? `Step ${first.step}: ${first.detail}` : wait.detail;
    return { jobId: state.jobId, status, ...explainReason({ ...wait, detail }), steps };
  }

  /** Rejects with JobNotFoundError. */
  async known(jobId: string): Promise<KnownJob> {
    const known = await this.states.current(jobId.normalize('NFC'));
    if (!known.state.created) throw new JobNotFoundError(jobId);
    return known;
  }

  private async explainStep(
    state: KnownJob['state'],
    wait: ReturnType<typeof stepWaits>[number],
  ): Promise<StepExplanation> {
    const record = state.steps.get(wait.step);
    const explained = { step: wait.step, ...explainReason(wait) };
    if (record?.phase !== 'discovery') return explained;
    const needs = [record.step.action, ...record.step.capabilities];
    const able = await this.ableTo(needs);
    const those = new Intl.ListFormat('en').format(able.slice(0, 5));
    const detail =
      able.length === 0
        ? `No agent that is there can ${needs.join(' and ')}: connect one that can.`
        : `Agents that can ${needs.join(' and ')} are busy: ${those}. It is next in line when one has room.`;
    return { ...explained, detail };
  }

  private async *newest(): AsyncGenerator<string> {
    for (let before: number | null = null; ;) {
      const page: readonly { taskId: string; position: number }[] = await this.orchestrator.work.newest(
        JOB,
        before,
        PAGE,
      );
      for (const { taskId } of page) yield taskId;
      before = page.at(-1)?.position ?? null;
      if (page.length < PAGE) return;
    }
  }
}
