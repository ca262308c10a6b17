import type { EventDraft, StoredEvent } from '../events/index.ts';
import { newId } from '../kernel/ids.ts';
import type { StepAction, Workflow } from './workflow.ts';

/** Where a stream stands: the state that its events fold to, and the newest of them. */
export interface Stand<State> {
  readonly state: State;
  readonly newest: StoredEvent | null;
}

export interface Deriving {
  /** The event that the first drafts follow from. */
  readonly cause: string | null;
  /** ISO 8601. */
  readonly now: string;
}

/** No commit grows beyond this by what is derived: the rest follows in the next one. */
const MAX_DERIVED = 100;

/**
 * `drafts`, and after them what follows from the state that they lead to without a look at the world, and so on: one
 * commit instead of one a step. Every fact names the one that it follows from. Pure but for the new events' ids.
 */
export function withDerivedFacts<State, Action extends StepAction>(
  workflow: Pick<Workflow<State, Action>, 'evolve' | 'decide' | 'derive'>,
  stand: Stand<State>,
  drafts: readonly EventDraft[],
  deriving: Deriving,
): readonly EventDraft[] {
  return foresee(workflow, stand, drafts, deriving).drafts;
}

/** The same, with the state that they lead to once they are stored. */
export function foresee<State, Action extends StepAction>(
  workflow: Pick<Workflow<State, Action>, 'evolve' | 'decide' | 'derive'>,
  { state, newest }: Stand<State>,
  drafts: readonly EventDraft[],
  { cause, now }: Deriving,
): { readonly drafts: readonly EventDraft[]; readonly state: State } {
  const all: EventDraft[] = [];
  let stand: Stand<State> = { state, newest };
  const add = (facts: readonly EventDraft[], as: Pick<EventDraft, 'derived'>) => {
    const causationId = all.at(-1)?.eventId ?? cause;
    for (const draft of facts) {
      const named = { causationId, ...draft, eventId: draft.eventId ?? newId() };
      const event = foreseen(named, stand.newest, now);
      stand = { state: workflow.evolve(stand.state, event), newest: event };
      all.push({ ...named, ...as });
    }
  };
  add(drafts, {});
  while (all.length < MAX_DERIVED) {
    try {
      const next = derived(workflow, stand.state);
      if (next.length === 0) break;
      // Nobody has said these: they only follow.
      add(next, { derived: true });
    } catch (error) {
      // What is known by now must be kept; the failing step is due again once it is.
      if (all.length === 0) throw error;
      break;
    }
  }
  return { drafts: all, state: stand.state };
}

/** The facts of the first step that is due and needs nothing but the state. */
function derived<State, Action extends StepAction>(
  workflow: Pick<Workflow<State, Action>, 'decide' | 'derive'>,
  state: State,
): readonly EventDraft[] {
  const decision = workflow.decide(state);
  if (decision.kind !== 'act') return [];
  for (const action of decision.actions) {
    const drafts = workflow.derive?.(action)?.(state) ?? [];
    if (drafts.length > 0) return drafts;
  }
  return [];
}

/** As the store will give it back, but for its place in the log and its clock: good for deciding, not for keeping. */
function foreseen(draft: EventDraft & { readonly eventId: string }, newest: StoredEvent | null, now: string) {
  const { taskId = '', streamSequence = 0, codeVersion = 0, vectorClock = {}, correlationId = '' } = newest ?? {};
  const event = {
    taskId,
    timestamp: now,
    sequenceNumber: 0,
    streamSequence: streamSequence + 1,
    vectorClock,
    causationId: null,
    correlationId,
    codeVersion,
    ...draft,
  };
  return event as StoredEvent;
}
