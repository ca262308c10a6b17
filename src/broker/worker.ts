import type { VectorClock } from '../events/index.ts';
import type { Json } from '../kernel/json.ts';
import { InboxFullError, WorkerLostError, WorkerStateError } from './broker.errors.ts';

export type WorkerState = 'created' | 'running' | 'stopping' | 'stopped';

/**
 * How a worker stops. `drain`: it handles all that it has taken. `finish`: what waits is given back as lost, what is
 * being handled is finished. `abort`: that is told to stop too, and waited for a second at most.
 */
export type StopMode = 'drain' | 'finish' | 'abort';

export interface WorkerOptions {
  readonly id: string;
  /** What kind of worker it is: messages may ask for a type. */
  readonly type: string;
  /** What it can do: messages may ask for a set of them. */
  readonly capabilities?: readonly string[];
  /** Messages that wait before it. Default: 100. */
  readonly maxInbox?: number;
}

/** A message that a worker holds under a lease. */
export interface Assignment {
  readonly messageId: string;
  /** The fence: of two leases the later one is the larger, also across restarts of the server. */
  readonly lease: string;
  /** 1 for the first worker that gets the message. */
  readonly attempt: number;
  readonly payload: Json;
  /** What the sender knew. */
  readonly clock: VectorClock;
  /** Milliseconds that are left until the answer is too late. */
  readonly timeoutMs: number;
}

export interface Answer {
  readonly result: Json;
  /** What the worker knew when it answered; null: nothing but the message. */
  readonly clock: VectorClock | null;
}

/** A message on its way through one worker. */
export interface Delivery {
  /** Makes the message this worker's: called when it turns to it, not while it waits. */
  assign(): Promise<Assignment>;
  progress(progress: Json): void;
  /** An answer came when it was too late. */
  late(assignment: Assignment): void;
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** What a worker bids for a message: the smaller the better, first by time, then by cost, then by load. */
export interface Offer {
  /** Until the answer, estimated. */
  readonly etaMs: number;
  readonly cost: number;
  /** Messages that it holds, by how many it can handle at once. */
  readonly load: number;
}

/** What the handling of one message may use. */
export interface HandlingContext {
  readonly signal: AbortSignal;
  progress(progress: Json): void;
  /** Told once from where on its effect may have happened. */
  begun(): void;
}

interface Job {
  readonly delivery: Delivery;
  readonly settle: PromiseWithResolvers<Answer>;
  begun: boolean;
}

const DEFAULT_MAX_INBOX = 100;
const ABORT_GRACE_MS = 1000;
/** How much of the mean handling time the latest message makes up. */
const NEWEST_SHARE = 0.2;

/**
 * Takes messages into a bounded inbox and handles them in order, at most `maxConcurrent` at a time. It is created,
 * running, stopping, stopped, in this order; anything else is refused with WorkerStateError.
 */
export abstract class Worker {
  readonly id: string;
  readonly type: string;
  readonly capabilities: ReadonlySet<string>;
  readonly maxInbox: number;
  /** Where it runs. */
  abstract readonly place: 'local' | 'remote';
  private current: WorkerState = 'created';
  private readonly inbox: Job[] = [];
  private readonly busy = new Map<Job, { readonly abort: AbortController; readonly ended: Promise<void> }>();
  private meanMs = 0;
  private idle: (() => void) | null = null;
  private counts = { answered: 0, failed: 0 };

  constructor({ id, type, capabilities = [], maxInbox = DEFAULT_MAX_INBOX }: WorkerOptions) {
    this.id = id;
    this.type = type;
    this.capabilities = new Set(capabilities);
    this.maxInbox = maxInbox;
  }

  get state(): WorkerState {
    return this.current;
  }

  get maxConcurrent(): number {
    return 1;
  }

  /** Whether it can be handed a message right now: a remote worker may be away for a moment. */
  get isReachable(): boolean {
    return this.current === 'running';
  }

  /** Whether it takes one more. */
  get hasRoom(): boolean {
    return this.current === 'running' && this.inbox.length < this.maxInbox;
  }

  get handling(): number {
    return this.busy.size;
  }

  get waiting(): number {
    return this.inbox.length;
  }

  get answered(): number {
    return this.counts.answered;
  }

  get failed(): number {
    return this.counts.failed;
  }

  start(): void {
    if (this.current !== 'created') throw new WorkerStateError(this.id, this.current, 'start');
    this.current = 'running';
  }

  /** Takes nothing more and resolves when nothing is handled any more. Throws WorkerStateError unless it runs. */
  async stop(how: StopMode): Promise<void> {
    if (this.current !== 'running') throw new WorkerStateError(this.id, this.current, 'stop');
    this.current = 'stopping';
    if (how !== 'drain') for (const job of this.inbox.splice(0)) job.settle.reject(new WorkerLostError(this.id, false));
    if (how === 'abort') await this.abortAll();
    else if (this.busy.size > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    this.current = 'stopped';
  }

  /**
   * Resolves with the worker's answer. Rejects with InboxFullError or WorkerStateError (it was not taken),
   * WorkerLostError, the signal's reason, or what the handler threw.
   */
  deliver(delivery: Delivery): Promise<Answer> {
    if (this.current !== 'running')
      return Promise.reject(new WorkerStateError(this.id, this.current, 'take a message'));
    if (delivery.signal.aborted) return Promise.reject(delivery.signal.reason as Error);
    if (!this.hasRoom) return Promise.reject(new InboxFullError(this.id, this.maxInbox));
    const job: Job = { delivery, settle: Promise.withResolvers<Answer>(), begun: false };
    const giveUp = () => this.giveUp(job, delivery.signal.reason);
    delivery.signal.addEventListener('abort', giveUp, { once: true });
    this.inbox.push(job);
    this.pump();
    return job.settle.promise.finally(() => delivery.signal.removeEventListener('abort', giveUp));
  }

  /** What it bids for a message; null: it wants none. */
  offer(payload: Json): Promise<Offer | null> {
    // Whoever knows more of its messages looks at them.
    void payload;
    return Promise.resolve(this.estimate());
  }

  protected estimate(): Offer | null {
    if (!this.hasRoom) return null;
    const ahead = this.busy.size + this.inbox.length;
    return {
      etaMs: this.meanMs * Math.floor(ahead / this.maxConcurrent + 1),
      cost: 0,
      load: ahead / this.maxConcurrent,
    };
  }

  /** Handles one message. Rejecting is the answer that it failed. Stops soon after the signal fires. */
  protected abstract handle(assignment: Assignment, context: HandlingContext): Promise<Answer>;

  private pump(): void {
    while (this.busy.size < this.maxConcurrent) {
      const job = this.inbox.shift();
      if (!job) break;
      const abort = new AbortController();
      const ended = this.run(job, abort.signal).finally(() => {
        this.busy.delete(job);
        this.pump();
      });
      this.busy.set(job, { abort, ended });
    }
    if (this.busy.size === 0 && this.inbox.length === 0) this.idle?.();
  }

  /** A place stays taken until the handler has ended, whatever its caller was told meanwhile. */
  private async run(job: Job, signal: AbortSignal): Promise<void> {
    const { delivery, settle } = job;
    try {
      const assignment = await delivery.assign();
      signal.throwIfAborted();
      const start = performance.now();
      const answer = await this.handle(assignment, {
        signal,
        progress: (progress) => delivery.progress(progress),
        begun: () => (job.begun = true),
      });
      const tookMs = performance.now() - start;
      this.meanMs += (tookMs - this.meanMs) * (this.counts.answered === 0 ? 1 : NEWEST_SHARE);
      if (signal.aborted) return delivery.late(assignment);
      this.counts.answered++;
      settle.resolve(answer);
    } catch (error) {
      this.counts.failed++;
      settle.reject(error);
    }
  }

  private giveUp(job: Job, reason: unknown): void {
    const index = this.inbox.indexOf(job);
    if (index >= 0) this.inbox.splice(index, 1);
    this.busy.get(job)?.abort.abort(reason);
    job.settle.reject(reason);
    this.pump();
  }

  private async abortAll(): Promise<void> {
    const running = [...this.busy.entries()];
    for (const [job, { abort }] of running) {
      const lost = new WorkerLostError(this.id, job.begun);
      job.settle.reject(lost);
      abort.abort(lost);
    }
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, ABORT_GRACE_MS)));
    await Promise.race([Promise.all(running.map(([, { ended }]) => ended)), grace]);
    clearTimeout(timer);
  }
}
