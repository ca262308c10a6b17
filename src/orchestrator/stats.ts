import { type PriorityName, priorities, priorityName } from './priority.ts';

export interface Latency {
  readonly count: number;
  readonly meanMs: number;
  readonly maxMs: number;
}

export interface OrchestratorStats {
  readonly queued: Readonly<Record<PriorityName, number>> & { readonly total: number };
  readonly running: number;
  readonly waitingSubmitters: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly timedOut: number;
  /** How long tasks held a slot at a stretch, since the start of the process. */
  readonly slotHeld: Latency;
  readonly workers: number;
}

/** Counts what ended since the start of the process. */
export class Tally {
  completed = 0;
  failed = 0;
  cancelled = 0;
  timedOut = 0;
  private runs = 0;
  private totalMs = 0;
  private maxMs = 0;

  slotHeldFor(durationMs: number): void {
    this.runs += 1;
    this.totalMs += durationMs;
    this.maxMs = Math.max(this.maxMs, durationMs);
  }

  get slotHeld(): Latency {
    return { count: this.runs, meanMs: this.runs === 0 ? 0 : this.totalMs / this.runs, maxMs: this.maxMs };
  }
}

/** Sums the queue's counts by named priority. */
export function queuedByPriority(
  counts: readonly { readonly status: string; readonly priority: number; readonly count: number }[],
): OrchestratorStats['queued'] {
  const names = Object.keys(priorities) as PriorityName[];
  const result = Object.fromEntries([...names, 'total'].map((name) => [name, 0])) as Record<
    PriorityName | 'total',
    number
  >;
  for (const { status, priority, count } of counts) {
    if (status !== 'queued') continue;
    result[priorityName(priority)] += count;
    result.total += count;
  }
  return result;
}
