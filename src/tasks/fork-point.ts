import type { EventStore, StoredEvent } from '../events/index.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { evolveCoding } from './coding-evolve.ts';
import { initialCodingState } from './coding-state.ts';
import { ForkPointError, ForkTooLargeError, TaskNotFoundError } from './tasks.errors.ts';

/** What is copied at once is one commit, and in memory as a whole. */
export const MAX_FORKED_EVENTS = 10_000;
const MAX_FORKED_MIB = 64;

/** Where a task is forked: its events up to there, of which the first is TASK_CREATED. */
export interface ForkPoint {
  readonly events: readonly StoredEvent[];
  readonly created: StoredEvent<'TASK_CREATED'>['data'];
}

/**
 * Reads what a fork has in common with its parent; default: all that has happened so far. Rejects with TaskNotFoundError,
 * ForkPointError (the task is over there, or has no such event) or ForkTooLargeError.
 */
export async function readForkPoint(events: EventStore, taskId: string, afterSequence?: number): Promise<ForkPoint> {
  if (afterSequence !== undefined && !(afterSequence >= 1)) {
    throw new InvalidInputError([{ path: 'afterSequence', message: `is ${afterSequence}: the first event is 1` }]);
  }
  const found: StoredEvent[] = [];
  let state = initialCodingState(taskId);
  let characters = 0;
  for await (const event of events.read(taskId, afterSequence === undefined ? {} : { until: afterSequence })) {
    state = evolveCoding(state, event);
    if (state.outcome) {
      const asked = afterSequence ?? (await events.head(taskId))?.streamSequence ?? event.streamSequence;
      throw new ForkPointError(taskId, { asked, last: found.length, isOver: true });
    }
    characters += JSON.stringify(event.data).length;
    if (found.length >= MAX_FORKED_EVENTS || characters > MAX_FORKED_MIB * 1024 * 1024) {
      throw new ForkTooLargeError(taskId, {
        last: found.length,
        maxEvents: MAX_FORKED_EVENTS,
        maxMiB: MAX_FORKED_MIB,
      });
    }
    found.push(event);
  }
  if (!state.created) throw new TaskNotFoundError(taskId);
  if (afterSequence !== undefined && found.length < afterSequence) {
    throw new ForkPointError(taskId, { asked: afterSequence, last: found.length, isOver: false });
  }
  return { events: found, created: state.created };
}
