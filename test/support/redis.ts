import { describe } from '@jest/globals';
import { findRedis, startRedis } from '../../scripts/redis.mjs';

/** Whether these tests can start a Redis. */
export const hasRedis = findRedis() !== null;

/** For tests that need Redis: where there is none they are skipped, and Jest says so. */
export const describeOnRedis = hasRedis ? describe : describe.skip;

export interface TemporaryRedis extends AsyncDisposable {
  readonly url: string;
  /** As a kill -9 does: whoever is connected loses it. */
  stop(): Promise<void>;
  /** Again at the same address, empty. */
  start(): Promise<void>;
}

/** A Redis of its own that is gone when the scope ends: `await using redis = await temporaryRedis()`. */
export async function temporaryRedis(): Promise<TemporaryRedis> {
  let running: { readonly stop: () => Promise<void> } | null = null;
  const first = await startRedis();
  running = first;
  const stop = async () => {
    await running?.stop();
    running = null;
  };
  return {
    url: first.url,
    stop,
    start: async () => {
      running = await startRedis({ port: first.port });
    },
    [Symbol.asyncDispose]: stop,
  };
}
