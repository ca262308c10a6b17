import type { AppendOptions } from '../events/index.ts';
import type { Json } from '../kernel/json.ts';
import { type FirstOutcome, type IdempotencyKeys, isRepetition, type Once } from '../tasks/index.ts';

/** Statements that are committed together with what a request does. */
export type Alongside = NonNullable<AppendOptions['alongside']>;

export interface OnceOnlyCommand<T> {
  /** Of what comes of it: kept with the key. */
  readonly id: string;
  /** What else a repeat needs to know. */
  readonly outcome?: Json;
  /** Does it, and commits the statements in the same transaction; whatever it rejects with, nothing was done. */
  readonly perform: (alongside: Alongside) => Promise<T>;
  /** Answers what came of the first request with the key. */
  readonly repeat: (first: FirstOutcome) => Promise<T>;
}

/**
 * Does what a request asks for, once for its key however many ask at the same time. Without a key each request is one of
 * its own. Rejects with IdempotencyKeyReusedError, and with what the command rejects with; then the key is still free.
 */
export async function onceOnly<T>(
  keys: IdempotencyKeys,
  once: Once,
  request: object,
  { id, outcome = null, perform, repeat }: OnceOnlyCommand<T>,
): Promise<T> {
  for (;;) {
    const earlier = await keys.find(once, request);
    if (earlier) return repeat(earlier);
    try {
      return await perform(keys.remember(once, request, { taskId: id, outcome }));
    } catch (error) {
      // Another one with this key may have been faster, and what it did be in the way of this one.
      const first = await keys.find(once, request);
      if (first) return repeat(first);
      if (!isRepetition(error)) throw error;
    }
  }
}
