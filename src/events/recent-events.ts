import type { StoredEvent } from './event.ts';

export interface RecentLimits {
  readonly events: number;
  /** Of their data as JSON. */
  readonly characters: number;
}

/** An event and the length of its data as JSON. */
export interface SizedEvent {
  readonly event: StoredEvent;
  readonly characters: number;
}

/**
 * The newest events that this process has appended, without a gap in the log: who follows the log takes them from here,
 * and reads only what is older or comes from elsewhere. All share the same frozen events.
 */
export class RecentEvents {
  private readonly kept: SizedEvent[] = [];
  private characters = 0;

  constructor(private readonly limits: RecentLimits) {}

  /** In the order of the log. What does not follow on what is kept takes its place. */
  add(appended: readonly SizedEvent[]): void {
    for (const each of appended) {
      const newest = this.kept.at(-1)?.event.sequenceNumber;
      if (newest !== undefined && each.event.sequenceNumber !== newest + 1) this.clear();
      this.kept.push(each);
      this.characters += each.characters;
    }
    while (this.kept.length > this.limits.events || this.characters > this.limits.characters) {
      this.characters -= this.kept.shift()?.characters ?? 0;
    }
  }

  /** Some of the events right after this sequence number, from the first on. [] says nothing: the log has to be read. */
  after(sequence: number): readonly StoredEvent[] {
    const first = this.kept[0]?.event.sequenceNumber ?? Number.POSITIVE_INFINITY;
    if (sequence + 1 < first) return [];
    return this.kept.slice(sequence + 1 - first).map(({ event }) => event);
  }

  /** The same for one stream, after this stream sequence. */
  ofStream(taskId: string, streamSequence: number): readonly StoredEvent[] {
    const newer: StoredEvent[] = [];
    // From the end, as what is asked for is what came last.
    for (let index = this.kept.length - 1; index >= 0; index--) {
      const event = this.kept[index]?.event;
      if (event?.taskId !== taskId) continue;
      if (event.streamSequence <= streamSequence) break;
      newer.push(event);
    }
    newer.reverse();
    return newer[0]?.streamSequence === streamSequence + 1 ? newer : [];
  }

  private clear(): void {
    this.kept.length = 0;
    this.characters = 0;
  }
}
