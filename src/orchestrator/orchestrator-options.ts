import type { EventStore } from '../events/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../storage/index.ts';
import type { Doorbell } from './doorbell.ts';

export interface OrchestratorOptions {
  readonly events: EventStore;
  readonly database: Database;
  readonly processId: string;
  readonly clock: Clock;
  readonly maxConcurrent: number;
  readonly maxQueue: number;
  /** How many slots that others get make up for one point of priority; 0: waiting counts nothing. */
  readonly ageingTurns: number;
  readonly taskTimeoutMs: number;
  /** So long an instance that shares the database may be silent before others take its tasks over. */
  readonly instanceTimeoutMs: number;
  /** What says to this and other processes that there may be work. Default: one that only this process hears. */
  readonly doorbell?: Doorbell;
  /** Where a crashed loop or a store that refuses is reported; nothing is thrown at anybody. */
  readonly report: (message: string, error: unknown) => void;
}
