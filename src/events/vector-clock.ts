import { type Issue, InvalidInputError } from '../kernel/errors.ts';

/** Counters by process id: what each process had done when something happened. A missing counter is 0. */
export type VectorClock = Readonly<Record<string, number>>;

/** How two clocks stand to each other. */
export type ClockOrder = 'equal' | 'before' | 'after' | 'concurrent';

/** A process may be called like something that every object has. */
export function counterOf(clock: VectorClock, processId: string): number {
  return Object.hasOwn(clock, processId) ? (clock[processId] ?? 0) : 0;
}

/** The clock with one counter raised by one. Throws InvalidInputError past the safe integers, never wraps. */
export function tick(clock: VectorClock, processId: string): VectorClock {
  const next = counterOf(clock, processId) + 1;
  if (!Number.isSafeInteger(next)) {
    throw new InvalidInputError([
      { path: `vectorClock.${processId}`, message: `cannot be raised above ${Number.MAX_SAFE_INTEGER}` },
    ]);
  }
  return { ...clock, [processId]: next };
}

/** The larger of each counter: what somebody knows who has seen both. */
export function merge(a: VectorClock, b: VectorClock): VectorClock {
  const merged: Record<string, number> = { ...a };
  for (const [processId, counter] of Object.entries(b)) {
    merged[processId] = Math.max(counterOf(merged, processId), counter);
  }
  return merged;
}

/**
 * Whether everything in `a` was known to `b`, and `b` knew more. An empty clock says nothing, so it is before none;
 * equal clocks are not before each other.
 */
export function happensBefore(a: VectorClock, b: VectorClock): boolean {
  return Object.keys(a).length > 0 && isAtMost(a, b) && !isAtMost(b, a);
}

/** Whether neither was before the other; so are equal clocks, which `compare` tells apart. */
export function concurrent(a: VectorClock, b: VectorClock): boolean {
  return !happensBefore(a, b) && !happensBefore(b, a);
}

/** Exactly one of the four, seen from `a`. */
export function compare(a: VectorClock, b: VectorClock): ClockOrder {
  if (happensBefore(a, b)) return 'before';
  if (happensBefore(b, a)) return 'after';
  return isAtMost(a, b) && isAtMost(b, a) ? 'equal' : 'concurrent';
}

/** What keeps a value from being a vector clock, or null when nothing does. */
export function vectorClockIssue(value: unknown, path = 'vectorClock'): Issue | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { path, message: 'is not a map of process ids to counters' };
  }
  for (const key of Object.keys(value)) {
    const counter: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
    if (key === '__proto__') return { path: `${path}.${key}`, message: 'is not allowed as a process id' };
    if (!Number.isSafeInteger(counter) || (counter as number) < 0) {
      return { path: `${path}.${key}`, message: `${describe(counter)} is not an integer from 0 to 2^53 - 1` };
    }
  }
  return null;
}

function describe(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? JSON.stringify(value) : typeof value;
}

function isAtMost(a: VectorClock, b: VectorClock): boolean {
  for (const processId in a) if (counterOf(a, processId) > counterOf(b, processId)) return false;
  return true;
}
