import type { EventStore, StoredEvent } from '../events/index.ts';
import { sleep } from '../kernel/clock.ts';

export interface FollowerParts {
  readonly events: Pick<EventStore, 'subscribe' | 'lastSequence'>;
  /** `next`: the event after it, where that has come already. */
  readonly add: (event: StoredEvent, next?: StoredEvent) => Promise<void>;
  readonly report: (message: string, error: unknown) => void;
}

const RETRY_MS = 500;

/** Hands on every event that is appended after it was opened, once and in the order of the log. */
export class LogFollower {
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();

  private constructor(
    private readonly parts: FollowerParts,
    /** The last event of the log that was handed on, or was there before. */
    private reached: number,
  ) {}

  static async open(parts: FollowerParts): Promise<LogFollower> {
    return new LogFollower(parts, await parts.events.lastSequence());
  }

  get position(): number {
    return this.reached;
  }

  start(): void {
    this.following = this.follow();
  }

  /** Safe to repeat. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The server shuts down.'));
    await this.following;
  }

  private async follow(): Promise<void> {
    const { events, add, report } = this.parts;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        for await (const batch of events.subscribe({ after: this.reached, signal })) {
          for (const [index, event] of batch.entries()) {
            if (signal.aborted) return;
            // An event that cannot be counted is passed over, as it would be the next time.
            await add(event, batch[index + 1]).catch((error: unknown) => report('an event was not counted', error));
            this.reached = event.sequenceNumber;
          }
        }
      } catch (error) {
        if (signal.aborted) return;
        report('the log could not be followed; it is tried again', error);
        await sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }
}
