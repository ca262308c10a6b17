import type { StoredEvent } from './event.ts';

/** Somebody who waits for news of one stream, or of all. */
export interface Listener {
  readonly closed: boolean;
  /** To be awaited before the first reading: from then on nothing is missed. Never rejects. */
  readonly ready: Promise<void>;
  /** There may be something in the log since the last call of `caughtUp`; what this process appends does not count. */
  readonly isBehind: boolean;
  /** Resolves once there may be news of any kind, or the listener was closed. Never rejects. */
  news(): Promise<void>;
  /** Whether this process has appended since it was asked last. */
  heardOfAppends(): boolean;
  /** To be called before the log is read: what comes from now on is news. */
  caughtUp(): void;
  /** The log has more than was read. */
  fellBehind(): void;
  close(): void;
}

/** What the tail asks the log. */
export interface TailSource {
  /** A number that changes when anybody has committed; cheap. */
  dataVersion(): Promise<number>;
  lastSequence(): Promise<number>;
  /** The streams that have events after a position; null when they are too many to name. */
  changedStreams(after: number, upTo: number): Promise<readonly string[] | null>;
}

const INTERVAL_MS = 250;

/**
 * The one place where a process looks for new events: appends of its own are told to it at once, those of other
 * processes are found by one timer, however many listen. It wakes only who is concerned; they read for themselves,
 * or take what this process has appended from RecentEvents.
 */
export class Tail {
  private readonly ofAll = new Set<Waiting>();
  private readonly ofStream = new Map<string, Set<Waiting>>();
  private timer: NodeJS.Timeout | undefined;
  /** Null while it is not known where the log stands; the next look then wakes everybody. */
  private seenVersion: number | null = null;
  private seenSequence = 0;
  private closed = false;
  private looking = false;
  private started: Promise<void> = Promise.resolve();

  private readonly source: TailSource;

  constructor(source: TailSource) {
    this.source = source;
  }

  /** `taskId` null: news of any stream. */
  listen(taskId: string | null): Listener {
    const group = taskId === null ? this.ofAll : this.groupOf(taskId);
    if (!this.closed && this.timer === undefined) this.start();
    const waiting = new Waiting(this.started, () => {
      group.delete(waiting);
      if (taskId !== null && group.size === 0) this.ofStream.delete(taskId);
      if (this.ofAll.size === 0 && this.ofStream.size === 0) this.rest();
    });
    group.add(waiting);
    if (this.closed) waiting.close();
    return waiting;
  }

  /** This process has appended these to a stream; what repeats older events of it may be among them. */
  appended(taskId: string, events: readonly Pick<StoredEvent, 'sequenceNumber'>[]): void {
    const next = this.seenSequence + 1;
    // Only where nothing of others lies between them.
    if (events.every(({ sequenceNumber }, index) => sequenceNumber === next + index))
      this.seenSequence += events.length;
    for (const waiting of this.listenersOf([taskId])) waiting.appended();
  }

  /** Closes all listeners, now and to come. */
  close(): void {
    this.closed = true;
    for (const waiting of [...this.ofAll, ...[...this.ofStream.values()].flatMap((group) => [...group])]) {
      waiting.close();
    }
  }

  private groupOf(taskId: string): Set<Waiting> {
    const known = this.ofStream.get(taskId);
    if (known) return known;
    const group = new Set<Waiting>();
    this.ofStream.set(taskId, group);
    return group;
  }

  private start(): void {
    this.timer = setInterval(() => void this.look(), INTERVAL_MS).unref();
    this.started = this.begin();
  }

  /** Where the log stands before anybody reads. */
  private async begin(): Promise<void> {
    this.seenVersion = null;
    try {
      const version = await this.source.dataVersion();
      this.seenSequence = Math.max(this.seenSequence, await this.source.lastSequence());
      this.seenVersion = version;
    } catch {
      // Not known: the first look that succeeds wakes everybody.
    }
  }

  private rest(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Looks for news now rather than at the next interval; one look at a time. Never rejects. */
  async look(): Promise<void> {
    if (this.looking || this.timer === undefined) return;
    this.looking = true;
    try {
      await this.findNews();
    } catch {
      // Whoever listens finds out by reading, and is the one to be told.
      this.wake(null);
    } finally {
      this.looking = false;
    }
  }

  private async findNews(): Promise<void> {
    const version = await this.source.dataVersion();
    if (version === this.seenVersion) return;
    const last = await this.source.lastSequence();
    const isFirst = this.seenVersion === null;
    this.seenVersion = version;
    if (isFirst) {
      this.seenSequence = Math.max(this.seenSequence, last);
      return this.wake(null);
    }
    if (last <= this.seenSequence) return;
    const changed = await this.source.changedStreams(this.seenSequence, last);
    this.seenSequence = Math.max(this.seenSequence, last);
    this.wake(changed);
  }

  private wake(taskIds: readonly string[] | null): void {
    for (const waiting of this.listenersOf(taskIds)) waiting.fellBehind();
  }

  private *listenersOf(taskIds: readonly string[] | null): Iterable<Waiting> {
    yield* this.ofAll;
    if (taskIds === null) for (const group of this.ofStream.values()) yield* group;
    else for (const taskId of taskIds) yield* this.ofStream.get(taskId) ?? [];
  }
}

class Waiting implements Listener {
  isBehind = true;
  closed = false;
  private hasAppends = false;
  private resolve: (() => void) | null = null;

  readonly ready: Promise<void>;
  private readonly onClose: () => void;

  constructor(ready: Promise<void>, onClose: () => void) {
    this.ready = ready;
    this.onClose = onClose;
  }

  news(): Promise<void> {
    if (this.isBehind || this.hasAppends || this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  heardOfAppends(): boolean {
    const { hasAppends } = this;
    this.hasAppends = false;
    return hasAppends;
  }

  caughtUp(): void {
    this.isBehind = false;
  }

  fellBehind(): void {
    this.isBehind = true;
    this.wake();
  }

  appended(): void {
    this.hasAppends = true;
    this.wake();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.onClose();
    this.wake();
  }

  private wake(): void {
    this.resolve?.();
    this.resolve = null;
  }
}
