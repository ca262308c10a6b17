import type { StoredEvent } from '../../events/index.ts';

/** A step that looks for an agent. */
export interface WantedStep {
  readonly jobId: string;
  readonly step: string;
  readonly priority: number;
  /** The action and whatever else an agent has to be able to do. */
  readonly needs: readonly string[];
}

/** A step that an agent has. */
export interface HeldStep {
  readonly jobId: string;
  readonly step: string;
  readonly agentId: string;
  readonly lease: string;
  readonly deadline: string;
  /** Of a step that the server itself has: which instance of it; null: another agent has it. */
  readonly instance: string | null;
}

/** Who has steps: an agent, or one instance of the server. */
export type StepHolder = Pick<HeldStep, 'agentId' | 'instance'>;

/** A question to people that waits for an answer. */
export interface OpenApproval {
  readonly jobId: string;
  readonly step: string;
  readonly approvalId: string;
}

interface JobEntry {
  readonly priority: number;
  sequence: number;
  readonly wanted: Map<string, WantedStep>;
  /** By step. */
  readonly held: Map<string, HeldStep>;
  /** By step. */
  readonly approvals: Map<string, OpenApproval>;
}

/**
 * What is open over all jobs: steps that look for an agent, steps that agents have, questions to people. Folded from the
 * events of unfinished jobs; what is over is forgotten.
 */
export class StepBoard {
  private readonly jobs = new Map<string, JobEntry>();
  private readonly byLease = new Map<string, HeldStep>();
  /** By `keyOf` who has them, then by lease. */
  private readonly byHolder = new Map<string, Map<string, HeldStep>>();

  /** Takes the next event of a stream; one that was taken before is passed over. Answers the steps that agents had until now. */
  apply(event: StoredEvent): readonly HeldStep[] {
    if (event.eventType === 'JOB_CREATED' || event.eventType === 'JOB_RETRIED') {
      if (!this.jobs.has(event.taskId)) this.jobs.set(event.taskId, newEntry(event.data.priority));
    }
    const job = this.jobs.get(event.taskId);
    if (!job || event.streamSequence <= job.sequence) return [];
    job.sequence = event.streamSequence;
    return this.change(job, event);
  }

  /** Steps that look for an agent, the most urgent first, then in order of arrival. */
  wanted(): readonly WantedStep[] {
    const all = [...this.jobs.values()].flatMap(({ wanted }) => [...wanted.values()]);
    return all.sort((one, other) => one.priority - other.priority);
  }

  heldBy(holder: StepHolder): readonly HeldStep[] {
    return [...(this.byHolder.get(keyOf(holder))?.values() ?? [])];
  }

  countOf(holder: StepHolder): number {
    return this.byHolder.get(keyOf(holder))?.size ?? 0;
  }

  /** Those that have steps. */
  holders(): readonly StepHolder[] {
    return [...this.byHolder.values()].flatMap((held) => held.values().next().value ?? []);
  }

  find(lease: string): HeldStep | null {
    return this.byLease.get(lease) ?? null;
  }

  approvals(): readonly OpenApproval[] {
    return [...this.jobs.values()].flatMap(({ approvals }) => [...approvals.values()]);
  }

  /** How many steps look for an agent, are with one, or wait for people. */
  counts(): { readonly wanted: number; readonly held: number; readonly approvals: number } {
    const counts = { wanted: 0, held: 0, approvals: 0 };
    for (const { wanted, held, approvals } of this.jobs.values()) {
      counts.wanted += wanted.size;
      counts.held += held.size;
      counts.approvals += approvals.size;
    }
    return counts;
  }

  private change(job: JobEntry, event: StoredEvent): readonly HeldStep[] {
    const jobId = event.taskId;
    switch (event.eventType) {
      case 'STEP_DISCOVERED': {
        const { step, action, capabilities } = event.data;
        const freed = this.clear(job, step);
        job.wanted.set(step, { jobId, step, priority: job.priority, needs: [action, ...capabilities] });
        return freed;
      }
      case 'STEP_ASSIGNED': {
        const { step, agentId, lease, deadline, instance = null } = event.data;
        const freed = this.clear(job, step);
        this.hold(job, { jobId, step, agentId, lease, deadline, instance });
        return freed;
      }
      case 'APPROVAL_REQUESTED': {
        const { step, approvalId } = event.data;
        const freed = this.clear(job, step);
        job.approvals.set(step, { jobId, step, approvalId });
        return freed;
      }
      case 'STEP_DONE':
      case 'STEP_FAILED':
      case 'STEP_LOST':
      case 'STEP_SKIPPED':
      case 'STEP_EDITED':
        return this.clear(job, event.data.step);
      case 'JOB_DONE':
      case 'JOB_FAILED':
      case 'JOB_CANCELLED': {
        this.jobs.delete(jobId);
        return [...job.held.keys()].flatMap((step) => this.clear(job, step));
      }
      default:
        return [];
    }
  }

  private hold(job: JobEntry, held: HeldStep): void {
    job.held.set(held.step, held);
    this.byLease.set(held.lease, held);
    const ofHolder = this.byHolder.get(keyOf(held)) ?? new Map<string, HeldStep>();
    this.byHolder.set(keyOf(held), ofHolder.set(held.lease, held));
  }

  private clear(job: JobEntry, step: string): readonly HeldStep[] {
    job.wanted.delete(step);
    job.approvals.delete(step);
    const held = job.held.get(step);
    if (!held) return [];
    job.held.delete(step);
    this.byLease.delete(held.lease);
    const ofHolder = this.byHolder.get(keyOf(held));
    ofHolder?.delete(held.lease);
    if (ofHolder?.size === 0) this.byHolder.delete(keyOf(held));
    return [held];
  }
}

function keyOf({ agentId, instance }: StepHolder): string {
  return JSON.stringify([agentId, instance]);
}

function newEntry(priority: number): JobEntry {
  return { priority, sequence: 0, wanted: new Map(), held: new Map(), approvals: new Map() };
}
