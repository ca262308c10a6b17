import { RateLimitedError } from './policy.errors.ts';

export interface Rate {
  readonly perSecond: number;
  /** How many may come at once after a pause. */
  readonly burst: number;
}

/** A token bucket, as the moment at which it will be full again. */
type FullAt = number;

const MAX_CALLERS = 10_000;

/**
 * Token buckets, one for each caller that has asked of late; in memory, and never more than 10,000. With more callers the
 * one that asked longest ago is forgotten, and begins anew.
 */
export class RateLimit {
  private readonly fullAt = new Map<string, FullAt>();

  constructor(
    private readonly rate: Rate,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** How many callers are remembered. */
  get size(): number {
    return this.fullAt.size;
  }

  /** Takes one from the caller's bucket. Throws RateLimitedError when it is empty, and then takes nothing. */
  take(caller: string): void {
    const { perSecond, burst } = this.rate;
    const now = this.now();
    const each = 1000 / perSecond;
    const fullAt = Math.max(now, this.fullAt.get(caller) ?? 0) + each;
    const overdrawn = fullAt - now - burst * each;
    if (overdrawn > 1e-6) throw new RateLimitedError(perSecond, Math.ceil(overdrawn));
    // Anew, so that the first of the map is the one that asked longest ago.
    this.fullAt.delete(caller);
    this.fullAt.set(caller, fullAt);
    this.forget(now);
  }

  /** The oldest whose bucket is full again, and whoever is too many. */
  private forget(now: number): void {
    for (const [caller, fullAt] of this.fullAt) {
      if (fullAt > now && this.fullAt.size <= MAX_CALLERS) return;
      this.fullAt.delete(caller);
    }
  }
}
