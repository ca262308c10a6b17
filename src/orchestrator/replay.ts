import type { StoredEvent } from '../events/index.ts';
import type { Decider, Decision, StepAction } from './workflow.ts';

/** What a stream had come to after an event, and what its workflow decided there. */
export interface ReplayStep<State, Action extends StepAction> {
  readonly event: StoredEvent;
  readonly state: State;
  readonly decision: Decision<Action>;
}

/**
 * Every prefix of a stream, one event longer each, with the decision on it: what was decided live can be looked at
 * again, step by step. `events` begin with the first one; steps up to `afterSequence` are folded and not told.
 */
export async function* replay<State, Action extends StepAction>(
  decider: Decider<State, Action>,
  taskId: string,
  events: Iterable<StoredEvent> | AsyncIterable<StoredEvent>,
  { afterSequence = 0 }: { readonly afterSequence?: number } = {},
): AsyncGenerator<ReplayStep<State, Action>, void, undefined> {
  let state = decider.initial(taskId);
  for await (const event of events) {
    state = decider.evolve(state, event);
    if (event.streamSequence > afterSequence) yield { event, state, decision: decider.decide(state) };
  }
}
