import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StoredEvent } from './event.ts';
import type { Listener } from './tail.ts';

export interface SubscriptionSource {
  listen(): Listener;
  /** The next events after those of the last call, as far as they are at hand. */
  recent(): readonly StoredEvent[];
  /** The same, read from the log; [] when there are none yet. */
  read(): Promise<readonly StoredEvent[]>;
}

/**
 * Batches as they are there to be read, then as they come. Holds one batch at a time: a slow reader finds the rest in
 * the store. Ends when the signal aborts, when the listener is closed, and when its reader leaves, also in mid-wait.
 */
export class Subscription implements AsyncIterableIterator<readonly StoredEvent[]> {
  private readonly batches: AsyncGenerator<readonly StoredEvent[], undefined>;
  private listener: Listener | null = null;

  constructor(source: SubscriptionSource, signal: AbortSignal | undefined) {
    this.batches = this.follow(source, signal);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<readonly StoredEvent[], undefined>> {
    return this.batches.next();
  }

  return(): Promise<IteratorResult<readonly StoredEvent[], undefined>> {
    this.listener?.close();
    return this.batches.return(undefined);
  }

  private async *follow(
    source: SubscriptionSource,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<readonly StoredEvent[], undefined> {
    if (signal?.aborted) return;
    const listener = source.listen();
    const stop = () => listener.close();
    this.listener = listener;
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await listener.ready;
      while (!listener.closed) {
        const hasAppends = listener.heardOfAppends();
        let batch = source.recent();
        // What was appended here and is not at hand lies behind something of others.
        if (batch.length === 0 && (hasAppends || listener.isBehind)) {
          listener.caughtUp();
          batch = await source.read();
          if (batch.length > 0) listener.fellBehind();
        }
        if (listener.closed) return;
        if (batch.length === 0) {
          await listener.news();
        } else {
          yield batch;
          await nextTurn();
        }
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      listener.close();
    }
  }
}
