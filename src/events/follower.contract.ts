import type { StoredEvent } from './event.ts';

const PATIENCE_MS = 5000;

/** Gathers what a subscription yields, while a test does other things. */
export class Follower {
  private readonly events: StoredEvent[] = [];
  private readonly abort = new AbortController();
  private readonly following: Promise<void>;
  private arrived: () => void = () => undefined;

  constructor(subscribe: (signal: AbortSignal) => AsyncIterable<readonly StoredEvent[]>) {
    this.following = this.follow(subscribe(this.abort.signal));
    // Told by `end`.
    this.following.catch(() => this.arrived());
  }

  /** Waits until it has so many events, in vain for at most five seconds. */
  async until(count: number): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.arrived();
    }, PATIENCE_MS);
    while (this.events.length < count && !late) await new Promise<void>((resolve) => (this.arrived = resolve));
    clearTimeout(timer);
  }

  /** Ends the subscription; answers everything that it has yielded. Safe to repeat. */
  async end(): Promise<readonly StoredEvent[]> {
    this.abort.abort();
    await this.following;
    return this.events;
  }

  private async follow(batches: AsyncIterable<readonly StoredEvent[]>): Promise<void> {
    for await (const batch of batches) {
      this.events.push(...batch);
      this.arrived();
    }
  }
}
