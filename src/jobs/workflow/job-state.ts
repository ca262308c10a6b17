import type { EventPayloads } from '../../events/index.ts';
import type { Json } from '../../kernel/json.ts';
import type { Outcome } from '../../orchestrator/index.ts';
import type { StepState } from '../graph/standing.ts';
import type { ToDo } from '../graph/to-do.ts';

export const stepPhases = [
  /** What it depends on has not ended, or it was not begun. */
  'pending',
  /** People are to approve it. */
  'approval',
  /** It looks for an agent. */
  'discovery',
  /** An agent is at it. */
  'assigned',
  /** It failed and is tried again later. */
  'backoff',
  'done',
  'failed',
  'skipped',
] as const;

export type StepPhase = (typeof stepPhases)[number];

/** What people were asked about a step. */
export interface Approval {
  readonly approvalId: string;
  readonly needed: number;
  readonly hash: string;
  readonly until: string;
  readonly askedAt: string;
  /** Who has approved it, in order. */
  readonly by: readonly string[];
  /** What they told; null: nothing yet, or nothing was wanted. */
  readonly answer: string | number | null;
}

/** A step in the hands of an agent. */
export interface Assignment {
  readonly lease: string;
  readonly agentId: string;
  readonly assignedAt: string;
  readonly deadline: string;
  /** How it came to have the step, where that was more than load. */
  readonly chosen: string | null;
}

export interface StepError {
  readonly code: string;
  readonly reason: string;
}

export interface StepRecord {
  readonly step: ToDo;
  readonly phase: StepPhase;
  /** Agents that it was looked for. */
  readonly attempt: number;
  /** Attempts that failed and were to be tried again. */
  readonly failures: number;
  /** Agents that were lost with it since it last failed. */
  readonly losses: number;
  /** Of what it asks for, as it is looked for or assigned. */
  readonly hash: string | null;
  /** The newest one; also once it is given. */
  readonly approval: Approval | null;
  readonly assignment: Assignment | null;
  readonly progress: { readonly progress: number | null; readonly text: string | null } | null;
  readonly retryAt: string | null;
  /** Undefined: it has none. */
  readonly result: Json | undefined;
  readonly error: StepError | null;
  /** Who did it, or failed last. */
  readonly agentId: string | null;
  /** The lease under which it ended: a repeated answer is known by it. */
  readonly lastLease: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** Everything that decides what a job does next: nothing but its folded events. */
export interface JobState {
  readonly jobId: string;
  readonly created: EventPayloads['JOB_CREATED'] | null;
  readonly createdAt: string | null;
  readonly intent: string;
  /** Each after those it depends on; null: still to be planned. */
  readonly order: readonly ToDo[] | null;
  readonly steps: ReadonlyMap<string, StepRecord>;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** How far time has come as far as the job was told. */
  readonly elapsed: string;
  readonly outcome: Outcome | null;
  readonly error: StepError | null;
  readonly summary: string | null;
  /** How often a person had it begin anew. */
  readonly retries: number;
  /** No longer among the dead letters. */
  readonly dropped: boolean;
}

export function initialJobState(jobId: string): JobState {
  return {
    jobId,
    created: null,
    createdAt: null,
    intent: '',
    order: null,
    steps: new Map(),
    startedAt: null,
    finishedAt: null,
    elapsed: '',
    outcome: null,
    error: null,
    summary: null,
    retries: 0,
    dropped: false,
  };
}

/** A step before anything was done for it. */
export function newStepRecord(step: ToDo): StepRecord {
  return {
    step,
    phase: 'pending',
    attempt: 0,
    failures: 0,
    losses: 0,
    hash: null,
    approval: null,
    assignment: null,
    progress: null,
    retryAt: null,
    result: undefined,
    error: null,
    agentId: null,
    lastLease: null,
    startedAt: null,
    finishedAt: null,
  };
}

/** Where a step stands, in the words of the graph. */
export function stepStateOf({ phase }: StepRecord): StepState {
  switch (phase) {
    case 'pending':
    case 'done':
    case 'failed':
    case 'skipped':
      return phase;
    default:
      return 'running';
  }
}
