import { newProcessId } from '../kernel/ids.ts';
import type { Json } from '../kernel/json.ts';
import type { Connection, ConnectionUser } from './connection.ts';
import { type ConnectionError, TaskloomError } from './errors.ts';
import type { Assignment, Conclusion, ErrorAnswer, RegisterAnswer } from './wire.ts';

export interface WorkContext {
  readonly messageId: string;
  /** 1, or more where another worker was lost in the middle of a message that is marked repeatable. */
  readonly attempt: number;
  /** Fires when nobody wants the answer any more: stop then. */
  readonly signal: AbortSignal;
  /** Says how far it is: recorded, at most five times a second. */
  readonly progress: (progress: Json) => void;
}

export interface WorkerSessionOptions {
  readonly type: string;
  readonly capabilities?: readonly string[];
  /** Messages at once. Default: 1. */
  readonly maxConcurrent?: number;
  /** Default: one that the server makes. */
  readonly workerId?: string;
  /** Answers a message. What it throws is told to the sender, with its `code` where it has one. */
  handle(payload: Json, context: WorkContext): Json | Promise<Json>;
  /** An answer came too late and was not used. */
  readonly onRefused?: (refusal: {
    readonly messageId: string;
    readonly code: string;
    readonly message: string;
  }) => void;
}

const ANSWER_TIMEOUT_MS = 10_000;
/** What the server takes in one message, with room for its frame. */
const MAX_RESULT_BYTES = 1_000_000;
/** What would be refused the same however often it is tried. */
const finalRefusals: ReadonlySet<string> = new Set(['INVALID_INPUT', 'BROKER_WORKER_TOKEN']);

interface Active {
  readonly messageId: string;
  readonly abort: AbortController;
}

/**
 * This process as a worker, over any number of connections: what it is at when one is lost goes on, and is answered over
 * the next. Out of touch for longer than the grace time it stops its handlers: the work may be somebody else's by then.
 */
export class WorkerSession implements ConnectionUser {
  /** The worker's id, once the server knows it. Rejects when it will not have it, or does not answer. */
  readonly registered: Promise<string>;
  /** Resolves when the session was stopped; rejects when it cannot go on. */
  readonly ended: Promise<void>;
  private readonly registration = Promise.withResolvers<string>();
  private readonly end = Promise.withResolvers<void>();
  private readonly active = new Map<string, Active>();
  /** Answers that the server has not acknowledged. */
  private readonly conclusions = new Map<string, Conclusion>();
  private identity: RegisterAnswer | null = null;
  private readonly processId: string;
  private clock: Readonly<Record<string, number>> = {};
  private lastLease: string | null = null;
  private attempt = 0;
  private isOver = false;
  private heartbeat: NodeJS.Timeout | undefined;
  private fence: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly options: WorkerSessionOptions,
  ) {
    this.processId = newProcessId(options.workerId ?? options.type);
    this.registered = this.registration.promise;
    this.ended = this.end.promise;
    // Whoever is interested in only one of them is not to be hit by the other.
    this.registered.catch(() => undefined);
    this.ended.catch(() => undefined);
    connection.socket.on('worker:assign', this.onAssign);
    connection.socket.on('worker:cancel', this.onCancel);
    connection.use(this);
  }

  get handling(): number {
    return this.active.size;
  }

  /** Takes no more, finishes what it is at and leaves. Safe to repeat. */
  async stop(): Promise<void> {
    if (!this.isOver && this.identity && this.connection.socket.connected) {
      await new Promise<void>((resolve) => {
        this.connection.socket.emit('worker:leave', {}, () => resolve());
        void this.ended.finally(() => resolve()).catch(() => undefined);
      });
    }
    this.finish(null);
  }

  connected(): void {
    const attempt = ++this.attempt;
    const { type, capabilities = [], maxConcurrent = 1 } = this.options;
    const workerId = this.identity?.workerId ?? this.options.workerId;
    const request = {
      type,
      capabilities,
      maxConcurrent,
      ...(workerId === undefined ? {} : { workerId }),
      ...(this.identity ? { resumeToken: this.identity.resumeToken } : {}),
      holding: [...this.active.keys(), ...this.conclusions.keys()],
      lastLease: this.lastLease,
    };
    this.connection.socket
      .timeout(ANSWER_TIMEOUT_MS)
      .emit('worker:register', request, (late: Error | null, answer?: RegisterAnswer | ErrorAnswer) => {
        if (attempt !== this.attempt || this.isOver) return;
        if (late || !answer) this.reconnect();
        else if (answer.ok) this.welcomed(answer);
        else this.refused(answer);
      });
  }

  lost(): void {
    this.attempt++;
    clearInterval(this.heartbeat);
    clearTimeout(this.fence);
    if (!this.identity || this.isOver) return;
    const reason = new Error('Out of touch with the server for too long: the work may be somebody else’s now.');
    this.fence = setTimeout(() => this.abortAll(reason), this.identity.graceMs);
  }

  frame(): void {
    // Events are for those who watch.
  }

  unreachable(error: ConnectionError | TaskloomError): void {
    this.finish(error);
  }

  closed(): void {
    this.finish(null);
  }

  private welcomed(answer: RegisterAnswer): void {
    this.identity = answer;
    clearTimeout(this.fence);
    for (const lease of answer.revoked) this.active.get(lease)?.abort.abort(new Error('The lease was revoked.'));
    // A revoked answer is sent all the same: it is refused, and that is recorded.
    for (const lease of [...this.conclusions.keys()]) this.deliver(lease);
    clearInterval(this.heartbeat);
    this.heartbeat = setInterval(() => this.beat(answer.heartbeatMs), answer.heartbeatMs);
    this.registration.resolve(answer.workerId);
  }

  private refused({ error: { code, message, details } }: ErrorAnswer): void {
    // A name may come free again when its old owner is given up; whoever just came asks for another.
    const isFinal = finalRefusals.has(code) || !this.identity;
    if (isFinal) this.finish(new TaskloomError(code, message, { details }));
    else this.reconnect();
  }

  private beat(intervalMs: number): void {
    const load = this.active.size / (this.options.maxConcurrent ?? 1);
    this.connection.socket
      .timeout(2 * intervalMs)
      .emit('worker:heartbeat', { lastLease: this.lastLease, load, clock: this.clock }, (late: Error | null) => {
        if (late) this.reconnect();
      });
  }

  private readonly onAssign = (assignment: Assignment): void => {
    const { lease } = assignment;
    if (this.isOver || this.active.has(lease) || this.conclusions.has(lease)) return;
    if (this.lastLease === null || lease > this.lastLease) this.lastLease = lease;
    this.learn(assignment.clock);
    void this.run(assignment);
  };

  private readonly onCancel = ({ lease }: { readonly lease: string }): void => {
    this.active.get(lease)?.abort.abort(new Error('Nobody waits for the answer any more.'));
  };

  private async run({ messageId, lease, attempt, payload }: Assignment): Promise<void> {
    const abort = new AbortController();
    this.active.set(lease, { messageId, abort });
    const progress = (value: Json) => {
      if (!this.connection.socket.connected || abort.signal.aborted) return;
      this.connection.socket.emit('worker:progress', { messageId, lease, progress: value }, () => undefined);
    };
    let conclusion: Conclusion;
    try {
      const result = await this.options.handle(payload, { messageId, attempt, signal: abort.signal, progress });
      this.clock = { ...this.clock, [this.processId]: (this.clock[this.processId] ?? 0) + 1 };
      conclusion = sized({ messageId, lease, result: result ?? null, clock: this.clock });
    } catch (error) {
      conclusion = { messageId, lease, ...shownOf(error) };
    }
    this.active.delete(lease);
    this.conclusions.set(lease, conclusion);
    if (this.identity && this.connection.socket.connected) this.deliver(lease);
  }

  private deliver(lease: string): void {
    const conclusion = this.conclusions.get(lease);
    if (!conclusion) return;
    const { attempt } = this;
    const name = 'result' in conclusion ? 'worker:result' : 'worker:error';
    this.connection.socket
      .timeout(ANSWER_TIMEOUT_MS)
      .emit(name, conclusion, (late: Error | null, answer?: { readonly ok: true } | ErrorAnswer) => {
        if (attempt !== this.attempt) return;
        if (late || !answer) return this.reconnect();
        this.conclusions.delete(lease);
        if (!answer.ok) this.options.onRefused?.({ messageId: conclusion.messageId, ...answer.error });
      });
  }

  private learn(clock: Readonly<Record<string, number>>): void {
    const merged = { ...this.clock };
    for (const [processId, counter] of Object.entries(clock)) {
      merged[processId] = Math.max(merged[processId] ?? 0, counter);
    }
    this.clock = merged;
  }

  private reconnect(): void {
    this.connection.socket.io.engine.close();
  }

  private abortAll(reason: Error): void {
    for (const { abort } of this.active.values()) abort.abort(reason);
  }

  private finish(error: Error | null): void {
    if (this.isOver) return;
    this.isOver = true;
    clearInterval(this.heartbeat);
    clearTimeout(this.fence);
    this.abortAll(new Error('The worker was stopped.'));
    this.connection.socket.off('worker:assign', this.onAssign);
    this.connection.socket.off('worker:cancel', this.onCancel);
    this.connection.leave(this);
    this.registration.reject(error ?? new Error('The worker was stopped before it was registered.'));
    if (error) this.end.reject(error);
    else this.end.resolve();
  }
}

function sized(conclusion: Conclusion): Conclusion {
  const bytes = new TextEncoder().encode(JSON.stringify(conclusion)).length;
  if (bytes <= MAX_RESULT_BYTES) return conclusion;
  const { messageId, lease } = conclusion;
  const message = `The result has ${bytes} bytes as JSON, more than the ${MAX_RESULT_BYTES} that fit into one message.`;
  return { messageId, lease, code: 'RESULT_TOO_LARGE', message };
}

function shownOf(error: unknown): { readonly code: string; readonly message: string } {
  const { code } = error instanceof Error ? (error as Error & { readonly code?: unknown }) : {};
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: typeof code === 'string' && code ? code.slice(0, 100) : 'HANDLER_FAILED',
    message: message.slice(0, 2000),
  };
}
