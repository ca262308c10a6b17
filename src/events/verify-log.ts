import { hash as digest } from 'node:crypto';
import { chainedHash, FIRST_HASH } from './event-hash.ts';
import type { ChainedRow, LogSource, StreamHeadRow } from './log-source.ts';

/** How what is there differs from what was written. */
export type Tampering = 'changed' | 'removed' | 'reordered';

/** Whether a stream is as it was written, or the first event that is not. */
export type Verification =
  | { readonly intact: true; readonly events: number }
  | {
      readonly intact: false;
      /** How many events before it are as they were written. */
      readonly events: number;
      readonly streamSequence: number;
      /** Null when the event is gone. */
      readonly eventId: string | null;
      readonly problem: Tampering;
    };

/**
 * One hash over the log up to an event. Kept elsewhere, it shows later that nothing up to there was changed, not even
 * by somebody who has computed all hashes anew.
 */
export interface Seal {
  readonly sequence: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

export type LogVerification =
  | { readonly intact: true; readonly events: number; readonly streams: number; readonly seal: Seal }
  | {
      readonly intact: false;
      /** How many events before it are as they were written. */
      readonly events: number;
      /** Place in the whole log; null when only the stream knows of the event. */
      readonly sequence: number | null;
      readonly taskId: string | null;
      readonly streamSequence: number | null;
      readonly eventId: string | null;
      /** `seal`: every chain holds, but the log is not the one that was sealed. */
      readonly problem: Tampering | 'seal';
    };

/** The link that an event adds to the seal of the log before it. */
export function sealWith(seal: string, eventHash: string): string {
  return digest('sha256', `${seal}\n${eventHash}`);
}

/** The hash that a row must carry after the one before it in its stream. */
export function expectedHash(previous: string, row: ChainedRow): string {
  const [
    sequence,
    taskId,
    streamSequence,
    eventId,
    eventType,
    timestamp,
    clock,
    causationId,
    correlationId,
    codeVersion,
    data,
    typeVersion,
    ,
    actor,
  ] = row;
  return chainedHash(previous, {
    sequence,
    streamSequence,
    eventId,
    taskId,
    eventType,
    typeVersion,
    timestamp,
    clock,
    causationId,
    correlationId,
    codeVersion,
    data,
    actor,
  });
}

const hashOf = (row: ChainedRow) => row[14];

type Broken = Extract<LogVerification, { intact: false }>;

/** How far a stream was followed. */
interface Followed {
  position: number;
  hash: string;
  readonly head: StreamHeadRow | null;
}

/** Recomputes one stream's chain of hashes, page by page, up to where the stream stood at the call. */
export async function verifyStream(source: LogSource, taskId: string): Promise<Verification> {
  const head = await source.head(taskId);
  const chain: Followed = { position: 0, hash: FIRST_HASH, head };
  const broken = (problem: Tampering, eventId: string | null): Verification => {
    return { intact: false, events: chain.position, streamSequence: chain.position + 1, eventId, problem };
  };
  const version = head?.version ?? 0;
  while (chain.position < version) {
    const rows = await source.streamRows(taskId, chain.position, version);
    if (rows.length === 0) return broken('removed', null);
    for (const row of rows) {
      const problem = await follow(chain, row, source);
      if (problem) return broken(problem, problem === 'removed' ? null : row[3]);
    }
  }
  if (head && chain.hash !== head.hash) return broken('changed', null);
  return { intact: true, events: chain.position };
}

/**
 * Recomputes every chain of the log in one pass, in the order of the log up to where it stood at the call, and compares
 * what each stream's own row says. With a seal that was kept elsewhere it also notices a log that was written anew.
 * Memory: what is needed for streams that have begun and not yet ended.
 */
export async function verifyLog(source: LogSource, options: LogCheckOptions = {}): Promise<LogVerification> {
  const last = await source.lastSequence();
  return new LogCheck(source, options, Math.min(options.until ?? last, last)).run();
}

export interface LogCheckOptions {
  readonly seal?: Seal;
  /** Only up to this place in the log; what comes after it is not looked at. */
  readonly until?: number;
  /** Is given each page of rows once they are found to be as they were written. */
  readonly each?: (rows: readonly ChainedRow[]) => void | Promise<void>;
}

class LogCheck {
  private readonly streams = new Map<string, Followed>();
  private readonly source: LogSource;
  private readonly options: LogCheckOptions;
  private readonly upTo: number;
  private sequence = 0;
  private seal = FIRST_HASH;
  private streamCount = 0;

  constructor(source: LogSource, options: LogCheckOptions, upTo: number) {
    this.source = source;
    this.options = options;
    this.upTo = upTo;
  }

  async run(): Promise<LogVerification> {
    while (this.sequence < this.upTo) {
      const rows = await this.source.rows(this.sequence, this.upTo);
      if (rows.length === 0) return this.broken({ problem: 'removed' });
      for (const row of rows) {
        const broken = await this.check(row);
        if (broken) return broken;
      }
      await this.options.each?.(rows);
    }
    return (
      (this.options.until === undefined ? await this.checkEnds() : null) ??
      this.checkSeal() ?? {
        intact: true,
        events: this.sequence,
        streams: this.streamCount,
        seal: { sequence: this.sequence, hash: this.seal },
      }
    );
  }

  private async check(row: ChainedRow): Promise<LogVerification | null> {
    const [sequence, taskId, streamSequence, eventId] = row;
    if (sequence !== this.sequence + 1) return this.broken({ problem: 'removed' });
    const stream = this.streams.get(taskId) ?? (await this.begin(taskId));
    const problem = await follow(stream, row, this.source);
    if (problem === 'removed') {
      return this.broken({ sequence: null, taskId, streamSequence: stream.position + 1, problem });
    }
    if (problem) return this.broken({ taskId, streamSequence, eventId, problem });
    this.sequence = sequence;
    this.seal = sealWith(this.seal, hashOf(row));
    const expected = this.options.seal;
    if (expected?.sequence === sequence && expected.hash !== this.seal) return this.sealBroken(sequence);
    if (stream.position === stream.head?.version) {
      this.streams.delete(taskId);
      if (stream.hash !== stream.head.hash) {
        return this.broken({ sequence: null, taskId, streamSequence: streamSequence + 1, problem: 'removed' });
      }
    }
    return null;
  }

  private async begin(taskId: string): Promise<Followed> {
    const stream = { position: 0, hash: FIRST_HASH, head: await this.source.head(taskId) };
    this.streams.set(taskId, stream);
    this.streamCount += 1;
    return stream;
  }

  /** What is still open must go on beyond the end of this pass; and every stream that says it has events must have them. */
  private async checkEnds(): Promise<LogVerification | null> {
    for (const [taskId, { position, head }] of this.streams) {
      const streamSequence = position + 1;
      if (head && position < head.version && (await this.source.hasEvent(taskId, streamSequence))) continue;
      return this.broken({ sequence: null, taskId, streamSequence, problem: 'removed' });
    }
    const headless = await this.source.headless();
    if (!headless) return null;
    const { taskId, version } = headless;
    return this.broken({ sequence: null, taskId, streamSequence: version, problem: 'removed' });
  }

  private checkSeal(): LogVerification | null {
    const expected = this.options.seal;
    return expected && expected.sequence > this.sequence ? this.sealBroken(expected.sequence) : null;
  }

  private sealBroken(sequence: number): LogVerification {
    return this.broken({ problem: 'seal', sequence });
  }

  private broken(found: Pick<Broken, 'problem'> & Partial<Broken>): LogVerification {
    return {
      intact: false,
      events: this.sequence,
      sequence: this.sequence + 1,
      taskId: null,
      streamSequence: null,
      eventId: null,
      ...found,
    };
  }
}

/** Moves one event on; or says what is wrong with it: not the next one, though that is or is not there, or other words. */
async function follow(stream: Followed, row: ChainedRow, source: LogSource): Promise<Tampering | null> {
  const next = stream.position + 1;
  if (row[2] !== next) return (await source.hasEvent(row[1], next)) ? 'reordered' : 'removed';
  if (expectedHash(stream.hash, row) !== hashOf(row)) return 'changed';
  stream.position = next;
  stream.hash = hashOf(row);
  return null;
}
