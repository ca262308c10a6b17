import type { EventStore, StoredEvent } from '../events/index.ts';
import { type Decider, type Outcome, replay, type Wait } from '../orchestrator/index.ts';
import { type CodingAction, decideCoding } from './coding-decide.ts';
import { evolveCoding } from './coding-evolve.ts';
import { type CodingState, initialCodingState } from './coding-state.ts';

/** How coding tasks go on, without anything that does it. */
export const codingDecider: Decider<CodingState, CodingAction> = {
  initial: initialCodingState,
  evolve: evolveCoding,
  decide: decideCoding,
};

/** What a task decided after one of its events. */
export interface TaskStep {
  readonly sequence: number;
  readonly eventType: StoredEvent['eventType'];
  readonly timestamp: string;
  readonly codeVersion: number;
  /** Does something, waits for something, or is over. */
  readonly decision: 'act' | 'wait' | 'done';
  /** Keys of the steps that are due; those in flight go on being due until their result is an event. */
  readonly actions: readonly string[];
  readonly wait: Wait | null;
  readonly outcome: Outcome | null;
}

export interface StepPage {
  readonly steps: readonly TaskStep[];
  /** Give it as `afterSequence` for what comes next. */
  readonly nextAfterSequence: number;
}

export interface StepQuery {
  readonly afterSequence?: number;
  /** 1 to 1,000; default 100. */
  readonly limit?: number;
}

const MAX_STEPS = 1000;

/** One page of the decisions of a task, worked out anew from its events: nothing is performed. No events: no steps. */
export async function replayTask(
  events: EventStore,
  taskId: string,
  { afterSequence = 0, limit = 100 }: StepQuery = {},
): Promise<StepPage> {
  const size = Math.min(Math.max(1, limit), MAX_STEPS);
  const steps: TaskStep[] = [];
  const until = Math.min(afterSequence + size, Number.MAX_SAFE_INTEGER);
  for await (const { event, decision } of replay(codingDecider, taskId, events.read(taskId, { until }), {
    afterSequence,
  })) {
    steps.push({
      sequence: event.streamSequence,
      eventType: event.eventType,
      timestamp: event.timestamp,
      codeVersion: event.codeVersion,
      decision: decision.kind,
      actions: decision.kind === 'act' ? decision.actions.map(({ key }) => key) : [],
      wait: decision.kind === 'wait' ? decision.wait : null,
      outcome: decision.kind === 'done' ? decision.outcome : null,
    });
  }
  return { steps, nextAfterSequence: steps.at(-1)?.sequence ?? afterSequence };
}
