import type { EventDraft, EventPayloads, StoredEvent } from '../../events/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Json } from '../../kernel/json.ts';
import type { Commit, Decision, Failure, Queueing, Step, Workflow } from '../../orchestrator/index.ts';
import { dueFacts } from './due-facts.ts';
import { evolveJob } from './job-evolve.ts';
import { initialJobState, type JobState } from './job-state.ts';
import { jobWait } from './job-waits.ts';

export const JOB = 'job';

/** A job holds a slot only while it is planned: its steps have limits of their own. */
const SLOT_MS = 600_000;

export type JobAction =
  /** Facts that follow from the state alone. */
  | { readonly kind: 'advance'; readonly key: 'advance' }
  /** A model is to make steps of the request. */
  | { readonly kind: 'plan'; readonly key: 'plan' };

/** What is wanted, as long as it is not steps: an intent with its values, or a request in plain words. */
export interface Wish {
  /** '': to be found out from the request. */
  readonly intent: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly request: string | null;
}

export interface JobTools {
  readonly clock: Clock;
  /** Makes steps of what is wanted, with a model where there is one. Rejects where nothing fits it. */
  readonly plan: (wish: Wish, signal: AbortSignal) => Promise<EventPayloads['JOB_PLANNED']>;
}

/** What a job does next, from its state alone. Pure: it can be asked at any past moment without effect. */
export function decideJob(state: JobState): Decision<JobAction> {
  if (state.outcome) return { kind: 'done', outcome: state.outcome };
  if (state.created && state.order === null) return { kind: 'act', actions: [{ kind: 'plan', key: 'plan' }] };
  if (dueFacts(state, 0).length > 0) return { kind: 'act', actions: [{ kind: 'advance', key: 'advance' }] };
  return { kind: 'wait', wait: jobWait(state) };
}

/** From a graph of steps to its end: each step is looked for an agent as soon as what it depends on allows. */
export class JobWorkflow implements Workflow<JobState, JobAction> {
  readonly name = JOB;

  constructor(private readonly tools: JobTools) {}

  adopt(fact: StoredEvent, before: Queueing | null): Queueing | null {
    if (fact.eventType !== 'JOB_CREATED') return before;
    return { ...queueingOf(fact.data), priority: fact.data.priority };
  }

  initial(jobId: string): JobState {
    return initialJobState(jobId);
  }

  evolve(state: JobState, event: StoredEvent): JobState {
    return evolveJob(state, event);
  }

  decide(state: JobState): Decision<JobAction> {
    return decideJob(state);
  }

  derive({ kind }: JobAction): Commit<JobState> | null {
    return kind === 'advance' ? (state) => dueFacts(state, this.tools.clock()) : null;
  }

  async perform(action: JobAction, step: Step<JobState>): Promise<Commit<JobState>> {
    if (action.kind !== 'plan')
      throw new RangeError(`The step ${action.key} adds no fact to the state that called for it.`);
    const { created } = step.state;
    const { intent = '', params = {}, request = null } = created ?? {};
    const data = await this.tools.plan({ intent, params, request }, step.signal);
    return (state) => (state.order === null ? [{ eventType: 'JOB_PLANNED', data }] : []);
  }

  fail(_state: JobState, { code, reason }: Failure): readonly EventDraft[] {
    return [{ eventType: 'JOB_FAILED', data: { code, reason, steps: [] } }];
  }
}

/** What a new job says of its place in the queue. */
export function queueingOf({ submitter }: Pick<EventPayloads['JOB_CREATED'], 'submitter'>): {
  readonly timeoutMs: number;
  readonly submitter?: string;
} {
  return { timeoutMs: SLOT_MS, ...(submitter === undefined ? {} : { submitter }) };
}
