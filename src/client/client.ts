import { AgentSession, type AgentSessionOptions } from './agent-session.ts';
import type { AuditPage, AuditQuery } from './audit-types.ts';
import type { Dispatch, DispatchAnswer, WorkerInfo } from './broker-types.ts';
import { TaskloomError } from './errors.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import * as api from './generated/sdk.gen.ts';
import type { CreatedKey, Key, KeyRole } from './key-types.ts';
import type { Knowledge, KnowledgePage } from './knowledge-types.ts';
import { Rest } from './rest.ts';
import { JobRequests } from './job-requests.ts';
import type { ClaimedWorkItem, Health, WorkItem } from './types.ts';
import { Watch, type WatchOptions, type WatchSubject } from './watch.ts';
import type { DeliveryPage, NewWebhook, Webhook, WebhookDelivery } from './webhook-types.ts';
import type { Message } from './wire.ts';
import { WorkerSession, type WorkerSessionOptions } from './worker-session.ts';

export interface ConnectOptions extends ConnectionOptions {
  /** Where the server is, such as http://127.0.0.1:9876. */
  readonly url: string;
  /** Longest wait for an answer, besides what the request itself waits. Default: 30 s. */
  readonly requestTimeoutMs?: number;
  /** What this program calls itself in its requests, such as `nightly-build/2`. */
  readonly userAgent?: string;
}

const DEFAULT_MESSAGE_TIMEOUT_MS = 30_000;

/** A client of one server. Nothing is opened before it is needed, and the socket is closed with the last watch. */
export function connect(options: ConnectOptions): TaskloomClient {
  return new TaskloomClient(options);
}

/**
 * What a Taskloom server can do, typed. Rejects with TaskloomError when the server refuses, and with ConnectionError
 * when there is none.
 */
export class TaskloomClient extends JobRequests {
  private readonly connection: Connection;

  constructor({ url, requestTimeoutMs = 30_000, userAgent, ...options }: ConnectOptions) {
    const server = url.replace(/\/+$/, '');
    super(new Rest(server, requestTimeoutMs, options.key, userAgent));
    this.connection = new Connection(server, options);
  }

  /** What past tasks have taught: what fits a query best, or all, the newest first. */
  knowledge(
    query: {
      readonly query?: string;
      readonly kind?: Knowledge['kind'];
      readonly limit?: number;
      readonly before?: number;
    } = {},
  ): Promise<KnowledgePage> {
    return this.rest.answer(api.listKnowledge({ ...this.rest.via, query }));
  }

  getKnowledge(id: string): Promise<Knowledge> {
    return this.rest.answer(api.getKnowledge({ ...this.rest.via, path: { id } }));
  }

  /** What is left out stays as it is. Recorded in the log. */
  correctKnowledge(
    id: string,
    body: { readonly title?: string; readonly text?: string; readonly by?: string },
  ): Promise<Knowledge> {
    return this.rest.answer(api.correctKnowledge({ ...this.rest.via, path: { id }, body }));
  }

  /** It is not found again. Recorded in the log. */
  async forgetKnowledge(id: string, { by }: { readonly by?: string } = {}): Promise<void> {
    await this.rest.answer(api.forgetKnowledge({ ...this.rest.via, path: { id }, query: { by } }));
  }

  /** Who did what, and what came of it: one page, the newest first. For operators. */
  audit(query: AuditQuery & { readonly limit?: number; readonly cursor?: number } = {}): Promise<AuditPage> {
    return this.rest.answer(api.readAudit({ ...this.rest.via, query }));
  }

  /** All of it that fits, the oldest first, as the bytes come: JSON Lines, or a table for a spreadsheet. For operators. */
  exportAudit(query: AuditQuery & { readonly format?: 'ndjson' | 'csv' } = {}): AsyncIterable<Uint8Array> {
    return this.rest.stream('/audit/export', query);
  }

  /** Every key there is or was, the newest first: what is known of it, not the key. For admins. */
  async listKeys(): Promise<readonly Key[]> {
    return (await this.rest.answer(api.listKeys(this.rest.via))).keys;
  }

  /** The answer is the only place where the key is shown. For admins. */
  createKey(body: {
    readonly name: string;
    readonly role: KeyRole;
    readonly expiresInSeconds?: number;
  }): Promise<CreatedKey> {
    return this.rest.answer(api.createKey({ ...this.rest.via, body }));
  }

  /** The key is good for nothing from now on. Safe to repeat. For admins. */
  revokeKey(id: string): Promise<Key> {
    return this.rest.answer(api.revokeKey({ ...this.rest.via, path: { id } }));
  }

  /** Rejects with TaskloomError (status 503) that names the part that is down. */
  health(): Promise<Health> {
    return this.rest.answer(api.getHealth(this.rest.via));
  }

  /** Every question that waits for an answer, claimed or not. */
  async listWork(): Promise<readonly WorkItem[]> {
    return (await this.rest.answer(api.listWorkItems(this.rest.via))).items;
  }

  /** Takes the oldest free question under a lease; null when there is none within `waitMs`. */
  async claimWork(claim: {
    readonly by: string;
    readonly kinds?: readonly string[];
    readonly waitMs?: number;
    readonly signal?: AbortSignal;
  }): Promise<ClaimedWorkItem | null> {
    const { signal, ...body } = claim;
    const rest = this.rest.withMoreTime(body.waitMs ?? 0);
    const answer = await rest.answer(api.claimWorkItem({ ...rest.via, body, ...(signal ? { signal } : {}) }));
    // Without an item there is no content.
    return answer && 'item' in answer ? answer.item : null;
  }

  /** Rejects with TaskloomError: 409 when the lease is lost, 422 when the answer does not fit its schema. */
  async answerWork(
    id: string,
    { leaseToken, answer }: { readonly leaseToken: string; readonly answer: unknown },
  ): Promise<void> {
    if (!isAnswer(answer)) {
      const message = 'give the JSON object that answerSchema describes, or the text it stands in';
      throw new TaskloomError('INVALID_INPUT', `answer: ${message}`, { errors: [{ path: 'answer', message }] });
    }
    await this.rest.answer(api.answerWorkItem({ ...this.rest.via, path: { id }, body: { leaseToken, answer } }));
  }

  /** Gives a claimed question back. */
  async releaseWork(id: string, body: { readonly leaseToken: string }): Promise<void> {
    await this.rest.answer(api.releaseWorkItem({ ...this.rest.via, path: { id }, body }));
  }

  /**
   * Sends a message to workers and resolves with their answer. Rejects with TaskloomError: BROKER_NO_WORKER,
   * BROKER_MESSAGE_FAILED (the worker says why), BROKER_WORKER_LOST, BROKER_TIMEOUT …
   */
  dispatch(message: Dispatch): Promise<DispatchAnswer> {
    const rest = this.rest.withMoreTime(message.timeoutMs ?? DEFAULT_MESSAGE_TIMEOUT_MS);
    return rest.answer(api.sendMessage({ ...rest.via, body: message }));
  }

  /** Those of the server, and those that are connected to it. */
  async workers(): Promise<readonly WorkerInfo[]> {
    return (await this.rest.answer(api.listWorkers(this.rest.via))).workers;
  }

  /** What happens from now on is sent to a URL. The secret that it is signed with is told this once. */
  createWebhook(webhook: NewWebhook): Promise<Webhook & { readonly secret?: string }> {
    return this.rest.answer(api.createWebhook({ ...this.rest.via, body: webhook }));
  }

  async webhooks(): Promise<readonly Webhook[]> {
    return (await this.rest.answer(api.listWebhooks(this.rest.via))).webhooks;
  }

  async deleteWebhook(id: string): Promise<void> {
    await this.rest.answer(api.deleteWebhook({ ...this.rest.via, path: { id } }));
  }

  /** What has happened since it was disabled is sent; a failing one is tried at once. */
  resumeWebhook(id: string): Promise<Webhook> {
    return this.rest.answer(api.resumeWebhook({ ...this.rest.via, path: { id } }));
  }

  /** Every attempt that is kept, the newest first. */
  deliveries(id: string, query: { readonly limit?: number; readonly before?: number } = {}): Promise<DeliveryPage> {
    return this.rest.answer(api.listDeliveries({ ...this.rest.via, path: { id }, query }));
  }

  /** Sends the event of a delivery once more, now and out of turn. */
  redeliver(id: string, deliveryId: number): Promise<WebhookDelivery> {
    return this.rest.answer(api.redeliver({ ...this.rest.via, path: { id, deliveryId } }));
  }

  /** Makes this process a worker of the server, until it is stopped. */
  work(options: WorkerSessionOptions): WorkerSession {
    return new WorkerSession(this.connection, options);
  }

  /** Makes this process an agent that does steps of jobs. Register it first: it needs the key from there. */
  serveSteps(options: AgentSessionOptions): AgentSession {
    return new AgentSession(this.connection, options);
  }

  /**
   * Every message of a task or job, or of all, exactly once and in order, across lost connections and restarted servers. It
   * goes on until you break off or the signal aborts. Rejects with TaskloomError for an unknown task (unless `wait`),
   * with ConnectionError when no server answers the first time.
   */
  watch(subject: string | WatchSubject, options: WatchOptions = {}): AsyncGenerator<Message, void, undefined> {
    const named = typeof subject === 'string' ? { taskId: subject } : subject;
    return new Watch(this.connection, named, options).messages();
  }

  /** Ends all watches and closes the socket. Requests that are under way go on; the client can be used again. */
  close(): void {
    this.connection.close();
  }
}

function isAnswer(answer: unknown): answer is string | Record<string, unknown> {
  return typeof answer === 'string' || (typeof answer === 'object' && answer !== null && !Array.isArray(answer));
}
