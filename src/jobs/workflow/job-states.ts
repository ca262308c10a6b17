import type { EventStore, StoredEvent } from '../../events/index.ts';
import { evolveJob } from './job-evolve.ts';
import { initialJobState, type JobState } from './job-state.ts';

/** A job as the log has it: its state and the newest event in it. */
export interface KnownJob {
  readonly state: JobState;
  /** Stream sequence of the newest event; 0: there is no such stream. */
  readonly sequence: number;
  readonly newest: StoredEvent | null;
}

const MAX_KEPT = 1000;

/** States of jobs as the log has them now. The latest are kept, so that only what came since is read. */
export class JobStates {
  private readonly kept = new Map<string, KnownJob>();

  constructor(private readonly events: EventStore) {}

  async current(jobId: string): Promise<KnownJob> {
    let known = this.kept.get(jobId) ?? { state: initialJobState(jobId), sequence: 0, newest: null };
    for await (const event of this.events.read(jobId, { afterSequence: known.sequence })) known = after(known, event);
    return this.keep(jobId, known);
  }

  /** Takes over what the caller has just appended, without reading it again. */
  appended(jobId: string, before: KnownJob, stored: readonly StoredEvent[]): KnownJob {
    const known = stored.reduce(after, before);
    const kept = this.kept.get(jobId);
    return kept && kept.sequence > known.sequence ? known : this.keep(jobId, known);
  }

  private keep(jobId: string, known: KnownJob): KnownJob {
    this.kept.delete(jobId);
    if (known.sequence > 0) this.kept.set(jobId, known);
    const oldest = this.kept.keys().next();
    if (this.kept.size > MAX_KEPT && !oldest.done) this.kept.delete(oldest.value);
    return known;
  }
}

function after({ state }: KnownJob, event: StoredEvent): KnownJob {
  return { state: evolveJob(state, event), sequence: event.streamSequence, newest: event };
}
