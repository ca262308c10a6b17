import type { EventStore, StoredEvent } from '../events/index.ts';
import { sleep } from '../kernel/clock.ts';
import { type GuardedStatement, GuardFailedError } from '../storage/index.ts';
import { type AuditIndex, indexChanges } from './audit-index.ts';
import { auditedTypes, entryOf } from './entry-of.ts';

const BATCH = 500;
const LOOK_EVERY_MS = 1000;
/** The cursor moves so often at the least, however little of what is told comes. */
const STRIDE = 10_000;

export interface FollowerParts {
  readonly events: EventStore;
  readonly index: AuditIndex;
  readonly report: (message: string, error: unknown) => void;
}

/**
 * Keeps the index in step with the log. How far it has come is committed with what came of it, so several servers may
 * follow one log, and nothing is missed or told twice whenever one of them ends.
 */
export class AuditFollower {
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();
  private catchingUp: Promise<void> = Promise.resolve();
  /** Up to here the log has nothing that the index does not know. */
  private seen = 0;

  constructor(private readonly parts: FollowerParts) {}

  start(): void {
    this.following = this.follow();
  }

  /** Safe to repeat. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The server shuts down.'));
    await this.following;
    await this.catchingUp;
  }

  /** Resolves once the index knows what the log held when it was asked. Calls follow each other. */
  catchUp(): Promise<void> {
    const next = this.catchingUp.then(() => this.readOn());
    this.catchingUp = next.catch(() => undefined);
    return next;
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.catchUp();
      } catch (error) {
        if (signal.aborted) return;
        this.parts.report('the audit log was not brought up to date; it is tried again', error);
      }
      await sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  private async readOn(): Promise<void> {
    const { events, index } = this.parts;
    const last = await events.lastSequence();
    while (this.seen < last && !this.stopping.signal.aborted) {
      const cursor = await index.cursor();
      const batch = await events.readAll({ after: Math.max(cursor, this.seen), limit: BATCH, types: auditedTypes });
      const newest = batch.at(-1)?.sequenceNumber;
      const end = batch.length < BATCH ? Math.max(newest ?? 0, last) : (newest ?? last);
      const isWorthIt = batch.length > 0 || end - cursor > STRIDE;
      if (!isWorthIt || (await this.keep(batch, cursor, end))) this.seen = end;
    }
  }

  /** False: another process was faster, and nothing was kept. */
  private async keep(batch: readonly StoredEvent[], cursor: number, end: number): Promise<boolean> {
    try {
      await this.parts.index.move(cursor, end, batch.flatMap(changesOf));
      return true;
    } catch (error) {
      if (error instanceof GuardFailedError) return false;
      throw error;
    }
  }
}

function changesOf(event: StoredEvent): readonly GuardedStatement[] {
  const entry = entryOf(event);
  if (!entry) return [];
  // What a fork holds before this was done to the task that it comes from.
  const copies = event.eventType === 'TASK_FORKED' ? [indexChanges.drop('task', entry.subject, entry.sequence)] : [];
  return [...copies, indexChanges.add(entry)];
}
