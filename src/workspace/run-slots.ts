interface Waiting {
  give(slot: number): void;
}

/** At most so many runs at once; the others wait in the order they came. Each run has a number no other run has. */
export class RunSlots {
  private readonly free: number[];
  private readonly waiting: Waiting[] = [];

  constructor(count: number) {
    this.free = Array.from({ length: count }, (_, index) => index);
  }

  /** Resolves with a number from 0 on when it is this caller's turn; rejects with the signal's reason while it waits. */
  take(signal?: AbortSignal): Promise<number> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const slot = this.free.shift();
    if (slot !== undefined) return Promise.resolve(slot);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        give: (given) => {
          signal?.removeEventListener('abort', leave);
          resolve(given);
        },
      };
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.waiting.push(waiting);
    });
  }

  release(slot: number): void {
    const next = this.waiting.shift();
    if (next) next.give(slot);
    else this.free.push(slot);
  }
}
