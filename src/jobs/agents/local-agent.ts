import { hostname, platform, release } from 'node:os';
import { AppError, messageOf } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import type { AgentMessage } from '../protocol/agent-message.ts';
import { MessageFactory } from '../protocol/message-factory.ts';
import type { AgentLink } from './agent-pool.ts';

/** The agent that the server itself is. */
export const LOCAL_AGENT = 'local';

/** What became of an attempt. */
export type Ran =
  | { readonly ok: true; readonly result: Json }
  | {
      readonly ok: false;
      readonly error: { readonly code: string; readonly message: string; readonly retryable: boolean };
    };

/** Does one step. Rejects where nobody waits for it any more, and where it is our own fault. */
export type RunStep = (message: AgentMessage<'assign'>, signal: AbortSignal) => Promise<Ran>;

/** Takes what an agent says of a step; rejects where its lease is no longer valid. */
export type Answer = (message: AgentMessage<'done' | 'failure'>) => Promise<void>;

export interface LocalAgentParts {
  readonly capabilities: readonly string[];
  readonly maxConcurrent: number;
  readonly run: RunStep;
  readonly answer: Answer;
  readonly report: (message: string, error: unknown) => void;
}

/** The executors of the server, as an agent like any other: it is given steps and answers for them. */
export class LocalAgent implements AgentLink {
  readonly room = null;
  private readonly messages = new MessageFactory(LOCAL_AGENT);
  private readonly active = new Map<string, { readonly abort: AbortController; readonly ended: Promise<void> }>();
  private isStopping = false;

  constructor(private readonly parts: LocalAgentParts) {}

  get description() {
    const { capabilities, maxConcurrent } = this.parts;
    const os = `${platform()} ${release()}`;
    return { agentId: LOCAL_AGENT, host: hostname(), os, capabilities, maxConcurrent };
  }

  assign(message: AgentMessage<'assign'>): void {
    const { lease } = message.security;
    if (lease === null || this.isStopping || this.active.has(lease)) return;
    const abort = new AbortController();
    const ended = this.handle(message, abort.signal).finally(() => this.active.delete(lease));
    this.active.set(lease, { abort, ended });
  }

  cancel(lease: string): void {
    this.active.get(lease)?.abort.abort(new Error('Nobody waits for the answer any more.'));
  }

  close(): void {
    // It is there for as long as the server is.
  }

  /** Takes nothing more, waits for what runs for the grace time, and aborts the rest. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    const running = [...this.active.values()];
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    const all = Promise.all(running.map(({ ended }) => ended));
    await Promise.race([all, grace]);
    clearTimeout(timer);
    for (const { abort } of running) abort.abort(new Error('The server shuts down.'));
    await all;
  }

  /** Ends with the signal, also where the work does not notice it. */
  private async handle(message: AgentMessage<'assign'>, signal: AbortSignal): Promise<void> {
    const aborted = new Promise<null>((resolve) =>
      signal.addEventListener('abort', () => resolve(null), { once: true }),
    );
    try {
      const answer = await Promise.race([this.answerTo(message, signal), aborted]);
      // Whoever took the step away does not wait for a word on it.
      if (answer && !signal.aborted) await this.parts.answer(answer);
    } catch (error) {
      if (!signal.aborted) this.parts.report(`the answer to step ${message.context.stepId ?? ''} was not taken`, error);
    }
  }

  private async answerTo(
    message: AgentMessage<'assign'>,
    signal: AbortSignal,
  ): Promise<AgentMessage<'done' | 'failure'>> {
    const ran = await this.parts.run(message, signal).catch((error: unknown): Ran => {
      const code = error instanceof AppError ? error.code : 'STEP_FAILED';
      return { ok: false, error: { code, message: messageOf(error), retryable: true } };
    });
    if (ran.ok) return this.messages.reply(message, 'done', { result: ran.result });
    const { code, message: reason, retryable } = ran.error;
    const payload = { code, reason: reason.slice(0, MAX_REASON) || 'It failed without a word why.', retryable };
    return this.messages.reply(message, 'failure', payload);
  }
}

const MAX_REASON = 2000;
