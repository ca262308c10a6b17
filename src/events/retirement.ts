import { AppError } from '../kernel/errors.ts';
import type { Database } from '../storage/index.ts';
import type { LogSource } from './log-source.ts';
import { retiredOf, type RetiredProcesses } from './retired-processes.ts';
import type { VectorClock } from './vector-clock.ts';

/** A stream's clocks may name so many processes before the older of them are retired. */
export const MAX_LIVING = 16;
/** The processes that have written last stay: they may be alive. */
const KEPT = 8;
const MIN_RETIRED = 4;
const ATTEMPTS = 20;
const MAX_REFUSED = 10_000;

/** Keeps the clocks of long streams small, after appends and beside them. */
export class Retirement {
  private readonly database: Database;
  private readonly source: LogSource;
  private readonly underWay = new Set<string>();
  /** How large the clock was when too few could be retired. */
  private readonly refusedAt = new Map<string, number>();

  constructor(database: Database, source: LogSource) {
    this.database = database;
    this.source = source;
  }

  /** To be called with the clock of each append. Never rejects: what fails is tried again at a later append. */
  async consider(taskId: string, clock: VectorClock): Promise<void> {
    const counters = Object.keys(clock).length;
    const isWorthTrying = counters > MAX_LIVING && counters >= (this.refusedAt.get(taskId) ?? 0) + MIN_RETIRED;
    if (!isWorthTrying || this.underWay.has(taskId)) return;
    this.underWay.add(taskId);
    try {
      this.refusedAt.delete(taskId);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) if (await this.retire(taskId, counters)) return;
    } catch {
      // Large clocks are correct ones.
    } finally {
      this.underWay.delete(taskId);
    }
  }

  /** False when somebody has appended meanwhile. */
  private async retire(taskId: string, counters: number): Promise<boolean> {
    const clocks: VectorClock[] = [];
    let position = 0;
    let generations: string | null = null;
    for (;;) {
      const rows = await this.source.streamRows(taskId, position, Number.MAX_SAFE_INTEGER);
      for (const row of rows) {
        clocks.push(JSON.parse(row[6]) as VectorClock);
        position = row[2];
        generations = row[12];
      }
      if (rows.length === 0) break;
    }
    const before = retiredOf(generations);
    const after = retireOldest(clocks, before);
    if (after) return this.record(taskId, position, before, after);
    // Not tried again with every event.
    if (this.refusedAt.size >= MAX_REFUSED) this.refusedAt.clear();
    this.refusedAt.set(taskId, counters);
    return true;
  }

  private async record(
    taskId: string,
    version: number,
    before: RetiredProcesses,
    after: RetiredProcesses,
  ): Promise<boolean> {
    const generations = JSON.stringify(after.generations);
    const clock = await this.source.clock(taskId);
    try {
      await this.database.write([
        {
          sql: 'UPDATE streams SET retired = ?, clock = ? WHERE task_id = ? AND version = ? AND retired = ?',
          parameters: [
            after.generations.length,
            JSON.stringify(after.fold(JSON.parse(clock) as VectorClock)),
            taskId,
            version,
            before.generations.length,
          ],
          guard: { name: 'events.retire', rows: 1 },
        },
        {
          sql: `INSERT INTO retired_processes (stream, generations) SELECT id, ? FROM streams WHERE task_id = ?
                ON CONFLICT (stream) DO UPDATE SET generations = excluded.generations`,
          parameters: [generations, taskId],
        },
      ]);
      return true;
    } catch (error) {
      // By its code: this file is loaded without a build, where a module's index cannot be.
      if (error instanceof AppError && error.code === 'STORAGE_GUARD_FAILED') return false;
      throw error;
    }
  }
}

/**
 * Retires of all but the processes that have written last as many as can be, the oldest first; null when they are too
 * few. Those that knew nothing of each other keep counters of their own.
 */
export function retireOldest(clocks: readonly VectorClock[], retired: RetiredProcesses): RetiredProcesses | null {
  const folded = clocks.map((clock) => retired.fold(clock));
  const lastGrown = new Map<string, number>();
  const known: Record<string, number> = {};
  folded.forEach((clock, index) => {
    for (const [processId, counter] of Object.entries(clock)) {
      if (counter > (known[processId] ?? 0)) lastGrown.set(processId, index);
      known[processId] = Math.max(known[processId] ?? 0, counter);
    }
  });
  const living = [...lastGrown].filter(([processId]) => !processId.startsWith('*')).sort(([, a], [, b]) => a - b);
  const chosen: string[] = [];
  for (const [processId] of living.slice(0, -KEPT)) {
    if (retired.canRetire([...chosen, processId], folded)) chosen.push(processId);
  }
  return chosen.length < MIN_RETIRED ? null : retired.retire(chosen);
}
