/** The time of day in milliseconds since 1970, UTC. Handed in wherever time matters, so that a test can move it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** Many things happen within one millisecond, and to write it takes longer than to look whether it was written last. */
let lastWritten = { epochMs: 0, text: new Date(0).toISOString() };

/** ISO 8601 in UTC with milliseconds, as every time stamp of Taskloom is written. */
export function toTimestamp(epochMs: number): string {
  if (epochMs !== lastWritten.epochMs) lastWritten = { epochMs, text: new Date(epochMs).toISOString() };
  return lastWritten.text;
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
