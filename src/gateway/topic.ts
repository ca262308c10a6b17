import type { EventStore, StoredEvent } from '../events/index.ts';
import { firstFrame, type Frame, frameOf } from './frame.ts';
import { History } from './history.ts';
import type { WrittenMessage } from './message.ts';
import { positionOf, type Subject, wants } from './subject.ts';

/** Who is told that there is more. Never throws. */
export interface TopicListener {
  pump(): void;
}

const GATHER_MS = 25;

/**
 * The newest events of one subject, shared by all who follow it: a frame is built once for all that stand at the same
 * position. The first event after a pause goes out at once, those that follow within 25 ms go together.
 */
export class Topic {
  readonly history: History;
  readonly listeners = new Set<TopicListener>();
  private readonly recent: WrittenMessage[] = [];
  private readonly frames = new Map<number, Frame>();
  /** `recent` holds every wanted event after `low` and up to `high`; null before the first event. */
  private low: number | null = null;
  private high = 0;
  /** What may go out: the rest is still being gathered. */
  private released = 0;
  private releasedAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly subject: Subject,
    events: EventStore,
  ) {
    this.history = new History(events, subject);
  }

  /** Takes the next event. `written` is called when the event is wanted here. Answers whether it was kept. */
  add(event: StoredEvent, written: () => string): boolean {
    const position = positionOf(this.subject, event);
    if (this.low !== null && position <= this.high) return false;
    if (this.low === null || position !== this.high + 1) {
      this.recent.length = 0;
      this.low = position - 1;
    }
    this.high = position;
    const isWanted = wants(this.subject, event);
    if (isWanted) this.recent.push({ position, json: written() });
    return isWanted;
  }

  /** Forgets the oldest event that is still kept: the ring is full. */
  forgetOldest(): void {
    const oldest = this.recent.shift();
    if (oldest) this.low = oldest.position;
  }

  /** To be called after events were added: lets them out at once, or when those before them are 25 ms old. */
  release(): void {
    if (this.timer !== undefined) return;
    const wait = this.releasedAt + GATHER_MS - performance.now();
    if (wait <= 0) this.releaseNow();
    else this.timer = setTimeout(() => this.releaseNow(), wait);
  }

  /** The frame that begins after a position: null when there is nothing more, 'behind' when only history has it. */
  frameAfter(position: number): Frame | null | 'behind' {
    if (this.low === null || position >= this.released) return null;
    if (position < this.low) return 'behind';
    const known = this.frames.get(position);
    if (known) return known;
    const { taken, isFull } = firstFrame(this.between(position, this.released));
    const frame = frameOf(taken, isFull ? (taken.at(-1)?.position ?? this.released) : this.released);
    this.frames.set(position, frame);
    return frame;
  }

  close(): void {
    clearTimeout(this.timer);
    this.listeners.clear();
  }

  private releaseNow(): void {
    this.timer = undefined;
    this.releasedAt = performance.now();
    this.released = this.high;
    this.frames.clear();
    for (const listener of this.listeners) listener.pump();
  }

  private *between(after: number, upTo: number): Iterable<WrittenMessage> {
    for (let index = this.indexAfter(after); index < this.recent.length; index++) {
      const message = this.recent[index];
      if (!message || message.position > upTo) return;
      yield message;
    }
  }

  private indexAfter(position: number): number {
    let low = 0;
    let high = this.recent.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.recent[middle]?.position ?? Infinity) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
