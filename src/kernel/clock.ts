/** The time of day in milliseconds since 1970, UTC. Handed in wherever time matters, so that a test can move it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** ISO 8601 in UTC with milliseconds, as every time stamp of Taskloom is written. */
export function toTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. Leaves no timer behind. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
