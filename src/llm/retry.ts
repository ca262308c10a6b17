import { sleep } from '../kernel/clock.ts';
import { ModelUnavailableError } from './llm.errors.ts';

/** How a call is repeated within seconds; a longer outage is for the caller to wait out. */
export interface RetryPolicy {
  /** Calls in all, the first one included. */
  readonly attempts: number;
  /** The first pause; each further one is twice as long, and each is shortened by chance to 50–100 %. */
  readonly baseDelayMs: number;
  /** Longest pause. A provider that asks for a longer one is not asked again here. */
  readonly maxDelayMs: number;
  readonly random?: () => number;
}

export const defaultRetryPolicy: RetryPolicy = { attempts: 3, baseDelayMs: 250, maxDelayMs: 4000 };

/**
 * Repeats `call` while it fails with ModelUnavailableError, with exponential backoff and jitter, never sooner than the
 * provider's Retry-After. Every other error, an abort included, passes at once.
 */
export async function withRetry<T>(
  call: () => Promise<T>,
  policy: RetryPolicy = defaultRetryPolicy,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ModelUnavailableError) || attempt >= policy.attempts) throw error;
      const backoff = Math.min(policy.baseDelayMs * 2 ** (attempt - 1), policy.maxDelayMs);
      const jittered = backoff * (0.5 + (policy.random ?? Math.random)() / 2);
      const delayMs = Math.max(jittered, error.retryAfterMs ?? 0);
      if (delayMs > policy.maxDelayMs) throw error;
      await sleep(delayMs, signal);
    }
  }
}
