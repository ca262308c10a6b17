import type { StoredEvent } from '../events/index.ts';

/** An event in a chain of causes. */
export interface Cause {
  readonly sequence: number;
  readonly eventId: string;
  readonly eventType: StoredEvent['eventType'];
  readonly timestamp: string;
}

interface Link extends Cause {
  readonly causationId: string | null;
}

/** Which event of a stream was caused by which: all that is kept of each. */
export class Causes {
  private readonly links = new Map<string, Link>();
  private readonly bySequence: Link[] = [];

  add(event: StoredEvent): void {
    const { streamSequence: sequence, eventId, eventType, timestamp } = event;
    const link = { sequence, eventId, eventType, timestamp, causationId: event.causationId ?? callOf(event) };
    this.links.set(eventId, link);
    this.bySequence.push(link);
  }

  /** From the first cause, as a rule TASK_CREATED, to the event itself. */
  leadingTo(eventId: string): readonly Cause[] {
    const chain: Cause[] = [];
    let link = this.links.get(eventId);
    while (link) {
      const { causationId, ...cause } = link;
      chain.push(cause);
      const before = this.causeOf(link, causationId);
      // A cause comes before its effect, also in a log that somebody else has written.
      link = before && before.sequence < link.sequence ? before : undefined;
    }
    return chain.reverse();
  }

  /** A fork was caused by an event of the other task, whose copy is the event before it. */
  private causeOf({ eventType, sequence }: Link, causationId: string | null): Link | undefined {
    if (causationId === null) return undefined;
    const cause = this.links.get(causationId);
    if (cause || eventType !== 'TASK_FORKED') return cause;
    return this.bySequence.findLast((link) => link.sequence < sequence);
  }
}

/** Whoever answers a question from outside names no cause: it is the event that asked. */
function callOf({ eventId, data }: StoredEvent): string | null {
  return 'callId' in data && data.callId !== eventId ? data.callId : null;
}
