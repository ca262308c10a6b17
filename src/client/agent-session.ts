import { newId } from '../kernel/ids.ts';
import type { Json } from '../kernel/json.ts';
import type { Connection, ConnectionUser } from './connection.ts';
import { type ConnectionError, TaskloomError } from './errors.ts';
import type { AgentMessage, AgentWelcome, ErrorAnswer } from './wire.ts';

/** A step that this agent has. */
export interface StepWork {
  readonly jobId: string;
  readonly stepId: string;
  readonly action: string;
  readonly selector: string | null;
  readonly text: string | null;
  readonly params: Readonly<Record<string, Json>>;
  /** 1 the first time. */
  readonly attempt: number;
  /** Fires when nobody wants the answer any more: stop then. */
  readonly signal: AbortSignal;
  /** Says how far it is, 0 to 1, and what there is to say. */
  readonly inform: (progress: number | null, text?: string) => void;
}

export interface AgentSessionOptions {
  readonly agentId: string;
  /** From its registration. */
  readonly key: string;
  /** Does a step. What it throws is the failure of the step, with its `code` where it has one. */
  handle(work: StepWork): Json | Promise<Json>;
  /** An answer came too late and was not used. */
  readonly onRefused?: (refusal: { readonly stepId: string; readonly code: string; readonly message: string }) => void;
}

const ANSWER_TIMEOUT_MS = 10_000;
/** What the server takes in one message, with room for its frame. */
const MAX_RESULT_BYTES = 900_000;
/** What would be refused the same however often it is tried. */
const finalRefusals: ReadonlySet<string> = new Set(['INVALID_INPUT', 'JOBS_AGENT_KEY', 'AUTH_KEY_MISSING']);

/**
 * This process as an agent, over any number of connections and restarts of the server: what it is at goes on meanwhile
 * and is answered over the next connection. What went to another agent by then is dropped.
 */
export class AgentSession implements ConnectionUser {
  /** Resolves when it was let in for the first time. Rejects when the server will not have it, or does not answer. */
  readonly connectedOnce: Promise<void>;
  /** Resolves when the session was stopped; rejects when it cannot go on. */
  readonly ended: Promise<void>;
  private readonly first = Promise.withResolvers<void>();
  private readonly end = Promise.withResolvers<void>();
  private readonly active = new Map<string, AbortController>();
  /** Answers that the server has not acknowledged, by lease. */
  private readonly answers = new Map<string, AgentMessage>();
  private heartbeat: NodeJS.Timeout | undefined;
  private attempt = 0;
  private isWelcome = false;
  private isOver = false;
  private idle: (() => void) | null = null;

  constructor(
    private readonly connection: Connection,
    private readonly options: AgentSessionOptions,
  ) {
    this.connectedOnce = this.first.promise;
    this.ended = this.end.promise;
    // Whoever is interested in only one of them is not to be hit by the other.
    this.connectedOnce.catch(() => undefined);
    this.ended.catch(() => undefined);
    connection.socket.on('agent:message', this.onMessage);
    connection.socket.on('agent:cancel', this.onCancel);
    connection.use(this);
  }

  get handling(): number {
    return this.active.size;
  }

  /** Takes no more, finishes what it is at, hands in its answers and leaves. Safe to repeat. */
  async stop(): Promise<void> {
    if (!this.isOver && this.isWelcome) {
      this.connection.socket.emit('agent:leave', {}, () => undefined);
      if (this.active.size + this.answers.size > 0) {
        await Promise.race([new Promise<void>((resolve) => (this.idle = resolve)), this.ended.catch(() => undefined)]);
      }
    }
    this.finish(null);
  }

  connected(): void {
    const attempt = ++this.attempt;
    const { agentId, key } = this.options;
    const holding = [...this.active.keys(), ...this.answers.keys()];
    this.connection.socket
      .timeout(ANSWER_TIMEOUT_MS)
      .emit('agent:connect', { agentId, key, holding }, (late: Error | null, answer?: AgentWelcome | ErrorAnswer) => {
        if (attempt !== this.attempt || this.isOver) return;
        if (late || !answer) this.reconnect();
        else if (answer.ok) this.welcomed(answer);
        else if (finalRefusals.has(answer.error.code)) this.finish(refusalOf(answer));
        else this.reconnect();
      });
  }

  lost(): void {
    this.attempt++;
    this.isWelcome = false;
    clearInterval(this.heartbeat);
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

  private welcomed({ heartbeatMs, revoked }: AgentWelcome): void {
    this.isWelcome = true;
    for (const lease of revoked) this.active.get(lease)?.abort(new Error('The step went to another agent.'));
    // A revoked answer is sent all the same: it is refused, and that is recorded.
    for (const lease of [...this.answers.keys()]) this.deliver(lease);
    clearInterval(this.heartbeat);
    this.heartbeat = setInterval(() => this.beat(heartbeatMs), heartbeatMs);
    this.first.resolve();
  }

  private beat(intervalMs: number): void {
    this.connection.socket.timeout(2 * intervalMs).emit('agent:heartbeat', {}, (late: Error | null) => {
      if (late && this.isWelcome) this.reconnect();
    });
  }

  private readonly onMessage = (message: AgentMessage): void => {
    const { lease } = message.security;
    if (message.type !== 'assign' || lease === null || this.isOver) return;
    if (this.active.has(lease) || this.answers.has(lease)) return;
    void this.run(message, lease);
  };

  private readonly onCancel = ({ lease }: { readonly lease: string }): void => {
    this.active.get(lease)?.abort(new Error('Nobody waits for the answer any more.'));
  };

  private async run(assigned: AgentMessage, lease: string): Promise<void> {
    const abort = new AbortController();
    this.active.set(lease, abort);
    let answer: AgentMessage;
    try {
      const result = (await this.options.handle(this.workOf(assigned, abort.signal))) ?? null;
      const bytes = new TextEncoder().encode(JSON.stringify(result)).length;
      answer =
        bytes <= MAX_RESULT_BYTES
          ? this.reply(assigned, 'done', { result })
          : this.reply(assigned, 'failure', tooLarge(bytes));
    } catch (error) {
      answer = this.reply(assigned, 'failure', failureOf(error));
    }
    this.active.delete(lease);
    this.answers.set(lease, answer);
    if (this.isWelcome) this.deliver(lease);
  }

  private deliver(lease: string): void {
    const message = this.answers.get(lease);
    if (!message) return;
    const { attempt } = this;
    this.connection.socket
      .timeout(ANSWER_TIMEOUT_MS)
      .emit('agent:message', { message }, (late: Error | null, answer?: { readonly ok: true } | ErrorAnswer) => {
        if (attempt !== this.attempt) return;
        if (late || !answer) return this.reconnect();
        this.answers.delete(lease);
        if (!answer.ok) this.options.onRefused?.({ stepId: message.context.stepId ?? '', ...answer.error });
        if (this.active.size + this.answers.size === 0) this.idle?.();
      });
  }

  private workOf(message: AgentMessage, signal: AbortSignal): StepWork {
    const {
      action = '',
      selector = null,
      text = null,
      params = {},
      attempt = 1,
    } = message.payload as Partial<StepWork>;
    const { jobId = '', stepId = '' } = message.context;
    const inform = (progress: number | null, said?: string) => {
      if (!this.isWelcome || signal.aborted) return;
      const payload = { progress, text: said ?? null };
      const news = this.reply(message, 'inform', payload);
      this.connection.socket.emit('agent:message', { message: news }, () => undefined);
    };
    return { jobId, stepId, action, selector, text, params, attempt, signal, inform };
  }

  private reply(
    to: AgentMessage,
    type: keyof typeof statuses,
    payload: { readonly [key: string]: Json },
  ): AgentMessage {
    return {
      id: newId(),
      ts: new Date().toISOString(),
      type,
      sender: this.options.agentId,
      to: to.sender,
      intent: to.intent,
      payload,
      context: to.context,
      correlation: { conversation: to.correlation.conversation, inReplyTo: to.id },
      expected: type === 'done' ? ['confirm'] : [],
      status: statuses[type],
      security: to.security,
    };
  }

  private reconnect(): void {
    this.connection.socket.io.engine.close();
  }

  private finish(error: Error | null): void {
    if (this.isOver) return;
    this.isOver = true;
    clearInterval(this.heartbeat);
    for (const abort of this.active.values()) abort.abort(new Error('The agent was stopped.'));
    this.connection.socket.off('agent:message', this.onMessage);
    this.connection.socket.off('agent:cancel', this.onCancel);
    this.connection.leave(this);
    this.first.reject(error ?? new Error('The agent was stopped before it was let in.'));
    if (error) this.end.reject(error);
    else this.end.resolve();
  }
}

const statuses = { done: 'done', failure: 'failed', inform: 'running' } as const;

function refusalOf({ error: { code, message, details } }: ErrorAnswer): TaskloomError {
  return new TaskloomError(code, message, { details });
}

function tooLarge(bytes: number) {
  const reason = `The result has ${bytes} bytes as JSON, more than the ${MAX_RESULT_BYTES} that fit into one message.`;
  return { code: 'RESULT_TOO_LARGE', reason, retryable: false };
}

function failureOf(error: unknown) {
  const { code } = error instanceof Error ? (error as Error & { readonly code?: unknown }) : {};
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: typeof code === 'string' && code ? code.slice(0, 100) : 'STEP_FAILED',
    reason: message.slice(0, 2000) || 'It failed without a word why.',
    retryable: true,
  };
}
