export interface BackoffOptions {
  readonly firstMs?: number;
  readonly maxMs?: number;
  /** 0 to 1, as Math.random gives it. */
  readonly random?: () => number;
}

/** Waiting times that double from try to try, each cut at random by up to a half so that many clients don't come back as one. */
export class Backoff {
  private tries = 0;
  private readonly firstMs: number;
  private readonly maxMs: number;
  private readonly random: () => number;

  constructor({ firstMs = 200, maxMs = 5000, random = Math.random }: BackoffOptions = {}) {
    this.firstMs = firstMs;
    this.maxMs = maxMs;
    this.random = random;
  }

  next(): number {
    const full = Math.min(this.maxMs, this.firstMs * 2 ** Math.min(this.tries++, 20));
    return full * (1 - this.random() / 2);
  }

  /** It worked: the next failure starts over. */
  reset(): void {
    this.tries = 0;
  }
}
