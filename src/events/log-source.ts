import type { EventRow } from './schema.ts';

/** An event as it is written, with its link in the chain of its stream. */
export type ChainedRow = readonly [...EventRow, hash: string];

/** What a stream's own row says of it. */
export interface StreamHeadRow {
  readonly taskId: string;
  readonly version: number;
  readonly hash: string;
}

/** The log as it is written, for whoever verifies or exports it; nothing is lifted or folded. */
export interface LogSource {
  lastSequence(): Promise<number>;
  /** One page of the whole log in the order of its sequence numbers; [] at the end. */
  rows(after: number, upTo: number): Promise<readonly ChainedRow[]>;
  /** One page of one stream in the order of its stream sequences; [] at the end. */
  streamRows(taskId: string, after: number, upTo: number): Promise<readonly ChainedRow[]>;
  head(taskId: string): Promise<StreamHeadRow | null>;
  /** JSON of everything a stream holds in counters, as its own row keeps it; '{}' for an unknown one. */
  clock(taskId: string): Promise<string>;
  hasEvent(taskId: string, streamSequence: number): Promise<boolean>;
  /** A stream whose newest event is not there, or null. */
  headless(): Promise<StreamHeadRow | null>;
  /** JSON of the Generations of every stream in which processes are retired, one page after a task id. */
  retired(afterTaskId: string): Promise<readonly (readonly [taskId: string, generations: string])[]>;
}
