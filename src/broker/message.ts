import type { Json } from '../kernel/json.ts';

/**
 * DIRECT: to the worker `target`. ROUND_ROBIN: to the matching ones in turn. BROADCAST: to all matching ones. OFFER: to
 * the one of the matching ones that bids best.
 */
export const strategies = ['DIRECT', 'ROUND_ROBIN', 'BROADCAST', 'OFFER'] as const;

export type Strategy = (typeof strategies)[number];

export interface DispatchRequest {
  readonly strategy: Strategy;
  /** The id of a worker; with DIRECT, and only then. */
  readonly target?: string;
  /** Only workers of this type. */
  readonly type?: string;
  /** Only workers that have all of these. */
  readonly capabilities?: readonly string[];
  readonly payload: Json;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  /** Whether another worker may do it again when one was lost in the middle of it. Default: false. */
  readonly repeatable?: boolean;
}

export interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What one worker made of a message. */
export type WorkerAnswer =
  | { readonly workerId: string; readonly ok: true; readonly result: Json }
  | {
      readonly workerId: string;
      readonly ok: false;
      readonly error: ShownError;
    };

export interface DispatchAnswer {
  /** Also the stream in which all that became of it is recorded. */
  readonly messageId: string;
  /** One, or with BROADCAST one of each worker. */
  readonly answers: readonly WorkerAnswer[];
}

export interface WorkerView {
  readonly id: string;
  readonly type: string;
  readonly capabilities: readonly string[];
  readonly place: 'local' | 'remote';
  readonly state: 'created' | 'running' | 'stopping' | 'stopped';
  /** false: a remote worker whose connection is gone, and who may come back. */
  readonly reachable: boolean;
  readonly handling: number;
  readonly waiting: number;
  readonly maxConcurrent: number;
  readonly maxInbox: number;
  readonly answered: number;
  readonly failed: number;
}
