import type { Json } from '../kernel/json.ts';

// What the REST API takes and gives about workers, as in types.ts.

/** A message to workers. */
export interface Dispatch {
  readonly strategy: 'DIRECT' | 'ROUND_ROBIN' | 'BROADCAST' | 'OFFER';
  /** Id of the worker; with DIRECT, and only then. */
  readonly target?: string;
  readonly type?: string;
  readonly capabilities?: readonly string[];
  readonly payload: Json;
  /** Default: 30,000. */
  readonly timeoutMs?: number;
  /** Whether another worker may do it again when one was lost in the middle of it. */
  readonly repeatable?: boolean;
}

export type WorkerAnswer =
  | { readonly workerId: string; readonly ok: true; readonly result: Json }
  | {
      readonly workerId: string;
      readonly ok: false;
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly details: Readonly<Record<string, unknown>>;
      };
    };

export interface DispatchAnswer {
  readonly messageId: string;
  /** One, or with BROADCAST one of each worker. */
  readonly answers: readonly WorkerAnswer[];
}

export interface WorkerInfo {
  readonly id: string;
  readonly type: string;
  readonly capabilities: readonly string[];
  readonly place: 'local' | 'remote';
  readonly state: 'created' | 'running' | 'stopping' | 'stopped';
  /** false: its connection is lost, and it may come back. */
  readonly reachable: boolean;
  readonly handling: number;
  readonly waiting: number;
  readonly maxConcurrent: number;
  readonly maxInbox: number;
  readonly answered: number;
  readonly failed: number;
}
