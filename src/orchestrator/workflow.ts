import type { EventDraft, StoredEvent } from '../events/index.ts';

/** A step that is due. Two actions with the same key are the same step: it is never in flight twice at once. */
export interface StepAction {
  readonly key: string;
}

export type Outcome = 'completed' | 'failed' | 'cancelled';

/** What has to happen before a task can go on; it holds no slot meanwhile. */
export interface Wait {
  /** A stable word: `awaitingModel`, `modelUnavailable`, `awaitingAnswers` … */
  readonly reason: string;
  /** For people: what is waited for and what ends it. */
  readonly detail: string;
  /** ISO 8601; the engine records WAIT_ELAPSED then. Null: only a new fact ends it. */
  readonly until: string | null;
}

export type Decision<Action> =
  /** Steps that do not depend on each other: they run at the same time. */
  | { readonly kind: 'act'; readonly actions: readonly Action[] }
  | { readonly kind: 'wait'; readonly wait: Wait }
  | { readonly kind: 'done'; readonly outcome: Outcome };

/**
 * The facts that a finished step adds, as a function of the state they are committed on: other facts may have come
 * since the step began. No drafts: the result is no longer wanted. Pure, and may be called more than once.
 */
export type Commit<State> = (state: State) => readonly EventDraft[];

/** What a step in flight may use. */
export interface Step<State> {
  readonly taskId: string;
  /** The state that called for the step … */
  readonly state: State;
  /** … and the stream sequence of the newest fact in it. */
  readonly sequence: number;
  /** Same step, same key, also after a crash: an effect outside can use it to be done once only. */
  readonly idempotencyKey: string;
  /** Fires at cancel, timeout and shutdown: whatever the step started must be gone soon after. */
  readonly signal: AbortSignal;
  /** Commits facts while the step goes on. Nothing may be lost if it is done again after a crash. */
  record(commit: Commit<State>): Promise<void>;
}

/** Why the engine itself ends a task: a step that threw, or the time limit. */
export interface Failure {
  readonly code: string;
  readonly reason: string;
}

/** What the first fact of a task says of its place in the queue. */
export interface Queueing {
  readonly priority: number;
  /** Default: that of the orchestrator. */
  readonly timeoutMs?: number;
  /** Default: the one that all who say nothing share. */
  readonly submitter?: string;
}

/**
 * How a kind of task runs: `initial`, `evolve`, `decide`, `derive` and `fail` are pure, `perform` alone touches the world. State is
 * nothing but the folded events, so a task goes on after a crash, is replayed and forked without further code.
 */
export interface Workflow<State, Action extends StepAction> {
  readonly name: string;
  /**
   * How a stream is queued after this fact, `before` without it: null for the first one, and null as long as the stream
   * is none of this workflow's. By it the queue is made anew.
   */
  adopt(fact: StoredEvent, before: Queueing | null): Queueing | null;
  initial(taskId: string): State;
  evolve(state: State, event: StoredEvent): State;
  decide(state: State): Decision<Action>;
  /**
   * For steps that need nothing but the state: their facts, which are committed together with those that made them
   * due. Pure. Null, or no facts: the step has to be performed.
   */
  derive?(action: Action): Commit<State> | null;
  /** Rejecting fails the task; what can be tried again later is a fact that `decide` waits on. */
  perform(action: Action, step: Step<State>): Promise<Commit<State>>;
  /** The facts by which it is over, or by which `decide` waits for somebody. */
  fail(state: State, failure: Failure): readonly EventDraft[];
}

/** The pure part of a workflow: there is nothing in it that could have an effect. */
export type Decider<State, Action extends StepAction> = Pick<Workflow<State, Action>, 'initial' | 'evolve' | 'decide'>;

/** The state after some events: the fold by which everybody who asks gets the same answer. */
export function fold<State, Action extends StepAction>(
  workflow: Decider<State, Action>,
  taskId: string,
  events: Iterable<StoredEvent>,
): State {
  let state = workflow.initial(taskId);
  for (const event of events) state = workflow.evolve(state, event);
  return state;
}
