import type { EventStore } from '../events/index.ts';
import { evolveCoding } from './coding-evolve.ts';
import { type CodingState, initialCodingState } from './coding-state.ts';

interface Known {
  readonly state: CodingState;
  readonly sequence: number;
}

const MAX_KEPT = 500;

/** States of coding tasks as the log has them now. The latest are kept, so that only what came since is read. */
export class CodingStates {
  private readonly kept = new Map<string, Known>();

  constructor(private readonly events: EventStore) {}

  async current(taskId: string): Promise<Known> {
    let { state, sequence } = this.kept.get(taskId) ?? { state: initialCodingState(taskId), sequence: 0 };
    for await (const event of this.events.read(taskId, { afterSequence: sequence })) {
      state = evolveCoding(state, event);
      sequence = event.streamSequence;
    }
    this.kept.delete(taskId);
    if (!state.outcome) this.kept.set(taskId, { state, sequence });
    const oldest = this.kept.keys().next();
    if (this.kept.size > MAX_KEPT && !oldest.done) this.kept.delete(oldest.value);
    return { state, sequence };
  }
}
