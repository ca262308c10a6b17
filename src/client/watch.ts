import type { Connection, ConnectionUser } from './connection.ts';
import { type ConnectionError, TaskloomError } from './errors.ts';
import type { ErrorAnswer, EventsFrame, Message, SubscribeAnswer, SubscribeRequest } from './wire.ts';

export interface WatchOptions {
  /** Only what comes after it: a stream sequence, or with `all` a sequence. Default: a task's first event; of all, now. */
  readonly afterStreamSequence?: number;
  /** Only these event types. */
  readonly types?: readonly string[];
  /** The task may be still to come. */
  readonly wait?: boolean;
  /** Ends the watching: the iteration rejects with its reason. */
  readonly signal?: AbortSignal;
}

export type WatchSubject = { readonly taskId: string } | { readonly jobId: string } | { readonly all: true };

const ANSWER_TIMEOUT_MS = 10_000;

/** What would be answered the same however often it is asked. Anything else may pass. */
const finalRefusals: ReadonlySet<string> = new Set([
  'TASK_NOT_FOUND',
  'JOBS_JOB_NOT_FOUND',
  'INVALID_INPUT',
  'SUBSCRIPTION_CURSOR_BEYOND_END',
]);

interface Arrived {
  readonly messages: readonly Message[];
  /** Of the subscription it came by. */
  readonly attempt: number;
  readonly acknowledge: () => void;
}

/**
 * The messages of one subject, each exactly once and in order, over any number of connections: after each loss it
 * subscribes again from the last message it has. A frame is acknowledged when all of it was taken out, so a slow
 * reader slows the server down instead of filling memory.
 */
export class Watch implements ConnectionUser {
  private readonly arrived: Arrived[] = [];
  /** Everything up to here has arrived; null: wherever the server begins. */
  private cursor: number | null;
  private subscriptionId: string | null = null;
  /** Counts subscriptions, so that an answer that comes too late is known as such. */
  private attempt = 0;
  private failure: { readonly error: unknown } | null = null;
  private wasSubscribed = false;
  private isClosed = false;
  private wake: (() => void) | null = null;

  constructor(
    private readonly connection: Connection,
    private readonly subject: WatchSubject,
    private readonly options: WatchOptions,
  ) {
    this.cursor = options.afterStreamSequence ?? ('all' in subject ? null : 0);
  }

  async *messages(): AsyncGenerator<Message, void, undefined> {
    const { signal } = this.options;
    signal?.throwIfAborted();
    const abort = () => this.fail(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.connection.use(this);
    try {
      for (;;) {
        if (this.failure) throw this.failure.error;
        const next = this.arrived[0];
        if (!next) {
          if (this.isClosed) return;
          await this.news();
          continue;
        }
        for (const message of next.messages) {
          yield message;
          // The caller may have ended it in between; what follows is then not wanted.
          signal?.throwIfAborted();
        }
        this.taken();
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      this.leave();
    }
  }

  connected(): void {
    // While its reader is behind, a subscription would only fill memory.
    if (this.arrived.length === 0) this.subscribe();
  }

  lost(): void {
    this.subscriptionId = null;
    this.attempt++;
  }

  unreachable(error: ConnectionError | TaskloomError): void {
    this.fail(error);
  }

  closed(): void {
    this.isClosed = true;
    this.wake?.();
  }

  frame(frame: EventsFrame, acknowledge: () => void): void {
    if (frame.subscriptionId !== this.subscriptionId) return;
    const cursor = this.cursor ?? frame.from;
    // What lies between is missing: ask for it instead of showing what comes after it.
    if (frame.from > cursor) return this.subscribeAnew(frame.subscriptionId);
    const messages = frame.messages.filter((message) => this.positionOf(message) > cursor);
    this.cursor = Math.max(cursor, frame.to);
    this.arrived.push({ messages, attempt: this.attempt, acknowledge });
    this.wake?.();
  }

  private taken(): void {
    const frame = this.arrived.shift();
    // Acknowledged on the connection it came by, or not at all.
    if (frame?.attempt === this.attempt) frame.acknowledge();
    else if (this.arrived.length === 0 && this.subscriptionId === null && this.connection.socket.connected) {
      this.subscribe();
    }
  }

  private subscribe(): void {
    const attempt = ++this.attempt;
    const { types, wait } = this.options;
    const request: SubscribeRequest = {
      ...this.subject,
      ...(this.cursor === null ? {} : { afterStreamSequence: this.cursor }),
      ...(types ? { types } : {}),
      ...(wait === undefined ? {} : { wait }),
    };
    this.connection.socket
      .timeout(ANSWER_TIMEOUT_MS)
      .emit('subscribe', request, (late: Error | null, answer?: SubscribeAnswer | ErrorAnswer) => {
        if (attempt !== this.attempt) return;
        if (late || !answer) this.connection.socket.io.engine.close();
        else if (answer.ok) this.subscribed(answer);
        else this.refused(answer);
      });
  }

  private subscribed({ subscriptionId, streamSequence }: SubscribeAnswer): void {
    this.subscriptionId = subscriptionId;
    this.wasSubscribed = true;
    this.cursor ??= streamSequence;
  }

  private refused({ error: { code, message, details } }: ErrorAnswer): void {
    if (!this.wasSubscribed || finalRefusals.has(code)) this.fail(new TaskloomError(code, message, { details }));
    else this.connection.socket.io.engine.close();
  }

  private subscribeAnew(subscriptionId: string): void {
    this.subscriptionId = null;
    this.connection.socket.emit('unsubscribe', { subscriptionId }, () => undefined);
    this.subscribe();
  }

  private leave(): void {
    this.attempt++;
    const { subscriptionId } = this;
    this.subscriptionId = null;
    if (subscriptionId !== null && this.connection.socket.connected) {
      this.connection.socket.emit('unsubscribe', { subscriptionId }, () => undefined);
    }
    this.connection.leave(this);
  }

  private positionOf(message: Message): number {
    return 'all' in this.subject ? message.sequence : message.streamSequence;
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.wake?.();
  }

  private news(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = null;
        resolve();
      };
      if (this.failure || this.arrived.length > 0) this.wake();
    });
  }
}
