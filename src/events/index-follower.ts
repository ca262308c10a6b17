import { sleep } from '../kernel/clock.ts';
import { GuardFailedError } from '../storage/index.ts';
import type { EventType, StoredEvent } from './event.ts';
import type { EventStore } from './event-store.ts';

const BATCH = 500;
const LOOK_EVERY_MS = 1000;
/** The cursor moves so often at the least, however little of what is followed comes. */
const STRIDE = 10_000;

/** Tables that are made from the log, and how far they have come. */
export interface FollowedIndex {
  /** Events of other types change nothing in it. */
  readonly types: readonly EventType[];
  /** The last event of the log that it knows of. */
  cursor(): Promise<number>;
  /** Commits what comes of the events with the cursor. Rejects with GuardFailedError where it does not stand at `from` any more. */
  keep(batch: readonly StoredEvent[], from: number, to: number): Promise<void>;
}

/**
 * Keeps an index in step with the log. How far it has come is committed with what came of it, so several servers may
 * follow one log: whoever comes second keeps nothing and reads on from there, and nothing is missed or done twice
 * whenever one of them ends.
 */
export class IndexFollower {
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();
  private catchingUp: Promise<void> = Promise.resolve();
  /** Up to here the log has nothing that the index does not know. */
  private seen = 0;
  /** Where the cursor was seen last. */
  private cursor = 0;

  constructor(
    private readonly events: Pick<EventStore, 'lastSequence' | 'readAll'>,
    private readonly index: FollowedIndex,
    private readonly report: (error: unknown) => void,
  ) {}

  start(): void {
    this.following = this.follow();
  }

  /** Safe to repeat. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The server shuts down.'));
    await this.following;
    await this.catchingUp;
  }

  /** Resolves once the index knows what the log held when it was asked. Calls follow each other. */
  catchUp(): Promise<void> {
    const next = this.catchingUp.then(() => this.readOn());
    this.catchingUp = next.catch(() => undefined);
    return next;
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.catchUp();
      } catch (error) {
        if (signal.aborted) return;
        this.report(error);
      }
      await sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  private async readOn(): Promise<void> {
    const { types } = this.index;
    const last = await this.events.lastSequence();
    while (this.seen < last && !this.stopping.signal.aborted) {
      const cursor = await this.index.cursor();
      // Somebody has begun the index anew: what was seen by then is not in it any more.
      if (cursor < this.cursor) this.seen = 0;
      this.cursor = cursor;
      const batch = await this.events.readAll({ after: Math.max(cursor, this.seen), limit: BATCH, types });
      // Only an empty page says that there is no more: events may be too large to come together.
      const end = batch.at(-1)?.sequenceNumber ?? last;
      const isWorthIt = batch.length > 0 || end - cursor > STRIDE;
      if (!isWorthIt || (await this.keep(batch, cursor, end))) this.seen = end;
    }
  }

  /** False: another process was faster, and nothing was kept. */
  private async keep(batch: readonly StoredEvent[], cursor: number, end: number): Promise<boolean> {
    try {
      await this.index.keep(batch, cursor, end);
      return true;
    } catch (error) {
      if (error instanceof GuardFailedError) return false;
      throw error;
    }
  }
}
