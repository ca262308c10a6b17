import { type AppendOptions, type EventDraft, StreamConflictError } from '../../events/index.ts';
import { type Clock, toTimestamp } from '../../kernel/clock.ts';
import { foresee, type Orchestrator } from '../../orchestrator/index.ts';
import { JobNotFoundError } from '../job-work.errors.ts';
import type { JobState } from './job-state.ts';
import type { JobStates, KnownJob } from './job-states.ts';
import { decideJob, type JobWorkflow } from './job-workflow.ts';

/** What somebody has to say to a job, given how it stands; nothing: it stays as it is. */
export type Say = (state: JobState) => readonly EventDraft[];

/** Statements that are committed with what is said, and only with it. */
export type Alongside = AppendOptions['alongside'];

/**
 * Appends what agents and people say to a job, each as one commit on the newest state, together with all that follows
 * from it alone: the next steps are looked for an agent in the same commit, and the job takes no slot for that.
 */
export class JobWriter {
  constructor(
    private readonly orchestrator: Orchestrator,
    private readonly workflow: JobWorkflow,
    readonly states: JobStates,
    private readonly clock: Clock,
  ) {}

  /** Again on the newer state when somebody else was faster. Rejects with JobNotFoundError, and with what `facts` throws. */
  async say(jobId: string, facts: Say, alongside: () => Alongside = () => []): Promise<KnownJob> {
    for (;;) {
      const known = await this.states.current(jobId);
      if (!known.state.created) throw new JobNotFoundError(jobId);
      const drafts = facts(known.state);
      if (drafts.length === 0) return known;
      try {
        return await this.append(jobId, known, drafts, alongside() ?? []);
      } catch (error) {
        if (!(error instanceof StreamConflictError)) throw error;
      }
    }
  }

  private async append(
    jobId: string,
    known: KnownJob,
    drafts: readonly EventDraft[],
    alongside: NonNullable<Alongside>,
  ): Promise<KnownJob> {
    const { state, newest, sequence } = known;
    const options = { expectedSequence: sequence, alongside };
    // Before its first slot, and after its end, a job only takes note.
    if (state.startedAt === null || state.outcome) {
      const stored = await this.orchestrator.note(jobId, drafts, { ...options, wakeBy: null });
      return this.states.appended(jobId, known, stored);
    }
    const deriving = { cause: null, now: toTimestamp(this.clock()) };
    const next = foresee(this.workflow, { state, newest }, drafts, deriving);
    const decision = decideJob(next.state);
    const stored =
      decision.kind === 'wait'
        ? await this.orchestrator.note(jobId, next.drafts, { ...options, wakeBy: decision.wait.until })
        : await this.orchestrator.record(jobId, next.drafts, options);
    return this.states.appended(jobId, known, stored);
  }
}
