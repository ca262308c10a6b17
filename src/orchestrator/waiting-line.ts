interface Waiter {
  readonly admit: () => void;
}

/** Submitters that found the queue full, in order of arrival: each room that comes free lets the first one try again. */
export class WaitingLine {
  private readonly waiters: Waiter[] = [];

  get length(): number {
    return this.waiters.length;
  }

  /** Resolves true when it is this one's turn, false when the time is up. Rejects when the signal aborts. */
  async turn(place: 'front' | 'end', waitMs: number, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (waitMs <= 0) return false;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const waiter: Waiter = { admit: () => resolve(true) };
    const onAbort = () => reject(signal.reason as Error);
    const timer = setTimeout(() => resolve(false), waitMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (place === 'front') this.waiters.unshift(waiter);
    else this.waiters.push(waiter);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      const index = this.waiters.indexOf(waiter);
      if (index >= 0) this.waiters.splice(index, 1);
    }
  }

  /** A room came free. */
  admitNext(): void {
    this.waiters.shift()?.admit();
  }
}
