/** What an attempt answers when there is no room yet. */
export const FULL = Symbol('full');

interface Waiter {
  /** Tries to get in and settles the waiter's promise; answers false when there was no room. */
  readonly attempt: () => Promise<boolean>;
  /** The time is up, or the signal was aborted: leave as soon as no attempt is under way. */
  leave: (() => void) | null;
}

/**
 * Those who found no room, in order of arrival. Only the first one tries, again whenever room came free, and hands on
 * to the next when it got in: nobody is overtaken, and no free room stays unused.
 */
export class WaitingLine {
  private readonly waiters: Waiter[] = [];
  private trying = false;
  private tryAgain = false;

  get length(): number {
    return this.waiters.length;
  }

  /**
   * Joins the end and resolves with what `attempt` answers once it is let in, or with FULL when the time is up.
   * Rejects with what the attempt throws, and with the signal's reason.
   */
  join<T>(attempt: () => Promise<T | typeof FULL>, waitMs: number, signal: AbortSignal): Promise<T | typeof FULL> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (waitMs <= 0) return Promise.resolve(FULL);
    const { promise, resolve, reject } = Promise.withResolvers<T | typeof FULL>();
    const waiter: Waiter = {
      attempt: async () => {
        try {
          const answer = await attempt();
          if (answer === FULL) return false;
          resolve(answer);
        } catch (error) {
          reject(error);
        }
        return true;
      },
      leave: null,
    };
    const timer = setTimeout(() => this.dismiss(waiter, () => resolve(FULL)), waitMs);
    const onAbort = () => this.dismiss(waiter, () => reject(signal.reason as Error));
    signal.addEventListener('abort', onAbort, { once: true });
    this.waiters.push(waiter);
    this.roomCameFree();
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
  }

  /** The first one tries; while it does, this makes it try once more. */
  roomCameFree(): void {
    this.tryAgain = true;
    if (!this.trying) void this.tryFirst();
  }

  private async tryFirst(): Promise<void> {
    this.trying = true;
    for (let first = this.waiters[0]; first && this.tryAgain; first = this.waiters[0]) {
      this.tryAgain = false;
      const settled = await first.attempt();
      if (!settled && !first.leave) continue;
      if (!settled) first.leave?.();
      this.waiters.shift();
      this.tryAgain = true;
    }
    this.trying = false;
  }

  /** At once, but for the first one in the middle of its attempt: what it gets then still counts. */
  private dismiss(waiter: Waiter, leave: () => void): void {
    const index = this.waiters.indexOf(waiter);
    if (index === 0 && this.trying) {
      waiter.leave = leave;
    } else if (index >= 0) {
      this.waiters.splice(index, 1);
      leave();
    }
  }
}
