import type { MemoryUse } from './memory-use.ts';

/** How long connections may last, and when they are given up for others. */
export interface CareLimits {
  readonly maxAgeMs: number;
  /** Quiet for so long, a connection is idle. */
  readonly idleAfterMs: number;
  readonly memoryUse: MemoryUse;
}

/** What is looked at of a connection. */
export interface Cared {
  readonly openedAt: number;
  isIdle(now: number, idleAfterMs: number): boolean;
}

const PRESSURE = 0.85;
const CLOSED_PER_LOOK = 0.1;

/** Those that have been open for too long. */
export function expired<T extends Cared>(
  connections: Iterable<T>,
  now: number,
  { maxAgeMs }: CareLimits,
): readonly T[] {
  return [...connections].filter(({ openedAt }) => now - openedAt >= maxAgeMs);
}

/**
 * Those to close now for want of memory: from 85 % of the limit on the oldest tenth of the idle ones, at least one. Not
 * all at once: what is freed shows only after a while.
 */
export function givenUp<T extends Cared>(
  connections: Iterable<T>,
  now: number,
  { idleAfterMs, memoryUse }: CareLimits,
): readonly T[] {
  if (memoryUse() < PRESSURE) return [];
  const idle = [...connections].filter((connection) => connection.isIdle(now, idleAfterMs));
  return idle.toSorted((a, b) => a.openedAt - b.openedAt).slice(0, Math.ceil(idle.length * CLOSED_PER_LOOK));
}
