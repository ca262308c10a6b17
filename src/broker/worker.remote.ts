import type { VectorClock } from '../events/index.ts';
import type { Json } from '../kernel/json.ts';
import { AssignmentLostError, MessageFailedError, WorkerLostError } from './broker.errors.ts';
import {
  type Answer,
  type Assignment,
  type HandlingContext,
  type Offer,
  Worker,
  type WorkerOptions,
} from './worker.ts';

/** The way to a worker in another process. Whatever carries it is the door's business. */
export interface WorkerLink {
  assign(assignment: Assignment): void;
  /** The worker is to drop the message: its answer will not be used. */
  cancel(assignment: Pick<Assignment, 'messageId' | 'lease'>): void;
  /** Ends the connection; the worker may come back on another. */
  close(code: string, message: string): void;
}

export interface RemoteWorkerOptions extends WorkerOptions {
  /** Messages that it handles at once. */
  readonly maxConcurrent: number;
}

/** What a worker says of itself from time to time. */
export interface Heartbeat {
  /** Its own idea of how busy it is; 0 idle, 1 full. */
  readonly load?: number;
  /** What a message costs there, in whatever unit the workers of one kind agree on. */
  readonly cost?: number;
  /** What it knows. */
  readonly clock?: VectorClock;
  /** The newest lease that it has been given; null: none yet. It proves the way there, and not only the connection. */
  readonly lastLease: string | null;
}

interface Held {
  readonly assignment: Assignment;
  readonly settle: PromiseWithResolvers<Answer>;
  readonly context: HandlingContext;
  /** When it went out over the present connection; null: it did not. */
  sentAt: number | null;
  wasSent: boolean;
}

/**
 * A worker in another process. It outlives its connection: what it holds waits for it to come back, and is sent again
 * only where the worker says that it never came.
 */
export class RemoteWorker extends Worker {
  override readonly place = 'remote';
  private readonly held = new Map<string, Held>();
  private link: WorkerLink | null = null;
  private latest: Heartbeat = { lastLease: null };
  private readonly limit: number;

  constructor(options: RemoteWorkerOptions) {
    super(options);
    this.limit = options.maxConcurrent;
  }

  override get maxConcurrent(): number {
    return this.limit;
  }

  override get isReachable(): boolean {
    return this.state === 'running' && this.link !== null;
  }

  /**
   * Goes on over a connection. `holding` are the leases that the worker has, `lastLease` the newest it has ever seen, so
   * what is newer never came and is sent; what is older and not held any more was lost there. Answers the leases of
   * `holding` that are no longer valid.
   */
  attach(
    link: WorkerLink,
    { holding, lastLease }: { readonly holding: readonly string[]; readonly lastLease: string | null },
  ): readonly string[] {
    this.link = link;
    this.latest = { ...this.latest, lastLease };
    const kept = new Set(holding);
    for (const [lease, held] of this.held) {
      if (kept.has(lease)) held.sentAt = performance.now();
      else if (!held.wasSent || lastLease === null || lease > lastLease) this.sendOver(link, held);
      else held.settle.reject(new WorkerLostError(this.id, true));
    }
    return holding.filter((lease) => !this.held.has(lease));
  }

  /** It will not come back: what it holds is lost. */
  abandon(): void {
    for (const { settle, wasSent } of this.held.values()) settle.reject(new WorkerLostError(this.id, wasSent));
  }

  /** The connection is gone. */
  detach(): void {
    this.link = null;
    for (const held of this.held.values()) held.sentAt = null;
  }

  /** Answers how long the oldest assignment has been on its way unseen, in milliseconds; 0: none is. */
  heartbeat(heartbeat: Heartbeat, now = performance.now()): number {
    this.latest = heartbeat;
    const { lastLease } = heartbeat;
    let oldest = 0;
    for (const [lease, { sentAt }] of this.held) {
      const isUnseen = lastLease === null || lease > lastLease;
      if (isUnseen && sentAt !== null) oldest = Math.max(oldest, now - sentAt);
    }
    return oldest;
  }

  /** Throws AssignmentLostError. */
  progress(messageId: string, lease: string, progress: Json): void {
    this.heldBy(messageId, lease).context.progress(progress);
  }

  /** The answer of the worker. Throws AssignmentLostError. */
  result(messageId: string, lease: string, result: Json, clock = this.latest.clock): void {
    this.heldBy(messageId, lease).settle.resolve({ result, clock: clock ?? null });
    this.held.delete(lease);
  }

  /** The worker says that it cannot be done. Throws AssignmentLostError. */
  error(
    messageId: string,
    lease: string,
    { code, message }: { readonly code: string; readonly message: string },
  ): void {
    this.heldBy(messageId, lease).settle.reject(new MessageFailedError(this.id, code, message));
    this.held.delete(lease);
  }

  protected override estimate(): Offer | null {
    const own = super.estimate();
    if (!own) return null;
    return { ...own, cost: this.latest.cost ?? own.cost, load: Math.max(own.load, this.latest.load ?? 0) };
  }

  protected override async handle(assignment: Assignment, context: HandlingContext): Promise<Answer> {
    const { messageId, lease } = assignment;
    const { signal } = context;
    const held: Held = { assignment, settle: Promise.withResolvers(), context, sentAt: null, wasSent: false };
    this.held.set(lease, held);
    const drop = () => {
      held.settle.reject(signal.reason as Error);
      if (held.wasSent) this.link?.cancel({ messageId, lease });
    };
    signal.addEventListener('abort', drop, { once: true });
    if (this.link) this.sendOver(this.link, held);
    try {
      return await held.settle.promise;
    } finally {
      signal.removeEventListener('abort', drop);
      this.held.delete(lease);
    }
  }

  private sendOver(link: WorkerLink, held: Held): void {
    held.sentAt = performance.now();
    held.wasSent = true;
    held.context.begun();
    link.assign(held.assignment);
  }

  private heldBy(messageId: string, lease: string): Held {
    const held = this.held.get(lease);
    if (held?.assignment.messageId !== messageId) throw new AssignmentLostError(messageId, lease);
    return held;
  }
}
