/** What an attempt answers when there is no room yet. */
export const FULL = Symbol('full');

export interface Waiting {
  readonly submitter: string;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

interface Waiter {
  readonly submitter: string;
  /** Tries to get in and settles the waiter's promise; answers false when there was no room. */
  readonly attempt: () => Promise<boolean>;
  /** The time is up, or the signal was aborted: leave as soon as no attempt is under way. */
  leave: (() => void) | null;
}

/**
 * Those who found no room, a line for each submitter in order of arrival; the lines take turns. Only the first one
 * tries, again whenever room came free, and hands on to the next when it got in: no submitter gets in twice while
 * another one waits, nobody overtakes within a line, and no free room stays unused.
 */
export class WaitingLine {
  /** The line whose turn it is comes first. */
  private readonly lines = new Map<string, Waiter[]>();
  private trying: Waiter | null = null;
  private tryAgain = false;
  private waiting = 0;

  get length(): number {
    return this.waiting;
  }

  /**
   * Joins the end of its submitter's line and resolves with what `attempt` answers once it is let in, or with FULL when
   * the time is up. Rejects with what the attempt throws, and with the signal's reason.
   */
  join<T>(attempt: () => Promise<T | typeof FULL>, { submitter, waitMs, signal }: Waiting): Promise<T | typeof FULL> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (waitMs <= 0) return Promise.resolve(FULL);
    const { promise, resolve, reject } = Promise.withResolvers<T | typeof FULL>();
    const waiter: Waiter = {
      submitter,
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
    this.add(waiter);
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
    for (let first = this.first(); first && this.tryAgain; first = this.first()) {
      this.tryAgain = false;
      this.trying = first;
      const settled = await first.attempt();
      this.trying = null;
      if (!settled && !first.leave) continue;
      if (!settled) first.leave?.();
      this.remove(first);
      if (settled) this.passTurn(first.submitter);
      this.tryAgain = true;
    }
  }

  private first(): Waiter | undefined {
    const [line] = this.lines.values();
    return line?.[0];
  }

  private add(waiter: Waiter): void {
    const line = this.lines.get(waiter.submitter);
    if (line) line.push(waiter);
    else this.lines.set(waiter.submitter, [waiter]);
    this.waiting += 1;
  }

  private remove(waiter: Waiter): boolean {
    const line = this.lines.get(waiter.submitter) ?? [];
    const index = line.indexOf(waiter);
    if (index < 0) return false;
    line.splice(index, 1);
    if (line.length === 0) this.lines.delete(waiter.submitter);
    this.waiting -= 1;
    return true;
  }

  private passTurn(submitter: string): void {
    const line = this.lines.get(submitter);
    if (!line) return;
    this.lines.delete(submitter);
    this.lines.set(submitter, line);
  }

  /** At once, but for the one in the middle of its attempt: what it gets then still counts. */
  private dismiss(waiter: Waiter, leave: () => void): void {
    if (waiter === this.trying) waiter.leave = leave;
    else if (this.remove(waiter)) leave();
  }
}
