import type { StreamStand } from './append-plan.ts';

const MAX_STREAMS = 1000;

/** Where a stream stands, with the id of its row: the sequence number of its first event. */
export interface StreamToWrite extends StreamStand {
  readonly id: number;
  readonly taskId: string;
}

/** The newest event of a log: by its hash, nothing before it can be another. */
export interface LogEnd {
  readonly sequence: number;
  readonly hash: string;
}

/**
 * How a process that was the last to write knows the log to be: where it ends, and where some streams stand. It need not
 * ask before it writes again; whether it is still so is for the database to say, in the same transaction.
 */
export class KnownLog {
  private leftAt: LogEnd | null = null;
  private readonly streams = new Map<string, StreamToWrite>();

  /** Null when it is not known. */
  get end(): LogEnd | null {
    return this.leftAt;
  }

  stream(taskId: string): StreamToWrite | null {
    return this.streams.get(taskId) ?? null;
  }

  /** Where the log was found to end; answers whether that is where this process has left it. */
  found(end: LogEnd): boolean {
    const isAlone = end.hash === this.leftAt?.hash;
    if (!isAlone) this.streams.clear();
    return isAlone;
  }

  /** Where this process leaves the log, and the streams it knows then. */
  left(end: LogEnd, streams: Iterable<StreamToWrite>): void {
    this.leftAt = end;
    for (const stream of streams) {
      this.streams.delete(stream.taskId);
      this.streams.set(stream.taskId, stream);
    }
    for (const taskId of this.streams.keys()) {
      if (this.streams.size <= MAX_STREAMS) return;
      this.streams.delete(taskId);
    }
  }

  forget(): void {
    this.leftAt = null;
    this.streams.clear();
  }
}
