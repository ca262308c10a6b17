import type { Dispatch, DispatchAnswer, WorkerInfo } from './broker-types.ts';
import type { CodeVersion, CodeDiff, FileExplanation } from './code-types.ts';
import type { TaskContext } from './context-types.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import type { Comparison, Fork, StepPage } from './history-types.ts';
import { Http } from './http.ts';
import type { Knowledge, KnowledgePage } from './knowledge-types.ts';
import type { GivenPlan } from './plan-types.ts';
import type {
  BugReport,
  BugReportAnswer,
  ClaimedWorkItem,
  EventPage,
  FileList,
  Health,
  Limits,
  NewTask,
  Plan,
  PlanDraft,
  Task,
  TaskPage,
  TaskState,
  Why,
  WorkItem,
} from './types.ts';
import { Watch, type WatchOptions, type WatchSubject } from './watch.ts';
import { WorkerSession, type WorkerSessionOptions } from './worker-session.ts';
import type { Message } from './wire.ts';

export interface ConnectOptions extends ConnectionOptions {
  /** Where the server is, such as http://127.0.0.1:9876. */
  readonly url: string;
  /** Longest wait for an answer, besides what the request itself waits. Default: 30 s. */
  readonly requestTimeoutMs?: number;
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
export class TaskloomClient {
  private readonly url: string;
  private readonly http: Http;
  private readonly connection: Connection;
  private readonly requestTimeoutMs: number;

  constructor({ url, requestTimeoutMs = 30_000, ...options }: ConnectOptions) {
    this.url = url.replace(/\/+$/, '');
    this.requestTimeoutMs = requestTimeoutMs;
    this.http = new Http(this.url, requestTimeoutMs);
    this.connection = new Connection(this.url, options);
  }

  /** Durable once it resolves. With an idempotency key it is safe to repeat. Submitters take turns in the queue. */
  createTask(
    task: NewTask,
    { idempotencyKey, submitter }: { readonly idempotencyKey?: string; readonly submitter?: string } = {},
  ): Promise<Task> {
    return this.http.json('POST', '/tasks', { body: task, headers: headersOf({ idempotencyKey, submitter }) });
  }

  getTask(taskId: string): Promise<Task> {
    return this.http.json('GET', pathOf(taskId));
  }

  /** One page, the newest first. */
  listTasks(
    query: { readonly status?: string; readonly limit?: number; readonly before?: number } = {},
  ): Promise<TaskPage> {
    return this.http.json('GET', '/tasks', { query });
  }

  /** Ends the task at once. Cancelling twice is the same as once. */
  cancelTask(taskId: string, { reason }: { readonly reason?: string } = {}): Promise<Task> {
    return this.http.json('DELETE', pathOf(taskId), { query: { reason } });
  }

  /** The guidance is in the context of the very next model call; `action` pauses or resumes in the same step. */
  intervene(
    taskId: string,
    body: { readonly guidance: string; readonly action?: 'pause' | 'resume'; readonly by?: string },
  ): Promise<Task> {
    return this.http.json('POST', `${pathOf(taskId)}/interventions`, { body });
  }

  /** Nothing new is begun; what is in flight ends and is recorded. Safe to repeat. */
  pause(taskId: string, body: { readonly reason?: string; readonly by?: string } = {}): Promise<Task> {
    return this.http.json('POST', `${pathOf(taskId)}/pause`, { body });
  }

  /** Safe to repeat. Rejects with TaskloomError (409) while the limit that paused the task is not raised. */
  resume(taskId: string, body: { readonly limits?: Limits; readonly by?: string } = {}): Promise<Task> {
    return this.http.json('POST', `${pathOf(taskId)}/resume`, { body });
  }

  /** One answer for each open question, in their order. */
  answer(taskId: string, body: { readonly answers: readonly string[]; readonly by?: string }): Promise<Task> {
    return this.http.json('POST', `${pathOf(taskId)}/answers`, { body });
  }

  /** Whether it starts a correction or came too late, the answer says. */
  reportBug(taskId: string, body: BugReport): Promise<BugReportAnswer> {
    return this.http.json('POST', `${pathOf(taskId)}/bug-reports`, { body });
  }

  /** The code of a module, by hand: a new version, judged by the same tests. */
  provideCode(
    taskId: string,
    body: { readonly path: string; readonly content: string; readonly by?: string },
  ): Promise<Task> {
    return this.http.json('POST', `${pathOf(taskId)}/code`, { body });
  }

  /** Rejects with TaskloomError (409) when the plan is not the one with this hash any more. */
  decidePlan(
    taskId: string,
    body: {
      readonly decision: 'approve' | 'reject';
      readonly planHash: string;
      readonly reason?: string;
      readonly by?: string;
    },
  ): Promise<Task> {
    return this.http.json('POST', `${pathOf(taskId)}/plan/decision`, { body });
  }

  /** Only what differs, and what depends on it, is built anew. Rejects as `decidePlan` does. */
  editPlan(
    taskId: string,
    body: ({ readonly plan: PlanDraft } | { readonly document: GivenPlan }) & {
      readonly planHash: string;
      readonly by?: string;
    },
  ): Promise<Task> {
    return this.http.json('PUT', `${pathOf(taskId)}/plan`, { body });
  }

  /** One page of what has happened. For what happens: `watch`. */
  events(
    taskId: string,
    query: { readonly afterSequence?: number; readonly limit?: number; readonly types?: readonly string[] } = {},
  ): Promise<EventPage> {
    return this.http.json('GET', `${pathOf(taskId)}/events`, { query });
  }

  /** Now, or as it was after a stream sequence or at an ISO 8601 moment. */
  state(taskId: string, { until }: { readonly until?: number | string } = {}): Promise<TaskState> {
    return this.http.json('GET', `${pathOf(taskId)}/state`, { query: { until } });
  }

  /** What keeps a task from going on: a slot, other tasks, a model, a person. */
  why(taskId: string): Promise<Why> {
    return this.http.json('GET', `${pathOf(taskId)}/why`);
  }

  /** A new task with the past of this one, which goes on by itself. With an idempotency key it is safe to repeat. */
  fork(
    taskId: string,
    fork: Fork = {},
    { idempotencyKey, submitter }: { readonly idempotencyKey?: string; readonly submitter?: string } = {},
  ): Promise<Task> {
    const headers = headersOf({ idempotencyKey, submitter });
    return this.http.json('POST', `${pathOf(taskId)}/fork`, { body: fork, headers });
  }

  /** One page of what the task decided after each event; nothing is done again. */
  replay(taskId: string, query: { readonly afterSequence?: number; readonly limit?: number } = {}): Promise<StepPage> {
    return this.http.json('GET', `${pathOf(taskId)}/replay`, { query });
  }

  /** The first event at which two tasks part, and how. */
  compare(taskId: string, other: string): Promise<Comparison> {
    return this.http.json('GET', `${pathOf(taskId)}/compare`, { query: { with: other } });
  }

  plan(taskId: string): Promise<Plan> {
    return this.http.json('GET', `${pathOf(taskId)}/plan`);
  }

  /** The document of the plan as Markdown: it can be edited, and given to `editPlan` or to `createTask`. */
  planMarkdown(taskId: string): Promise<string> {
    return this.http.text(`${pathOf(taskId)}/plan`, { query: { format: 'markdown' } });
  }

  files(taskId: string, query: { readonly version?: number } = {}): Promise<FileList> {
    return this.http.json('GET', `${pathOf(taskId)}/files`, { query });
  }

  /** The text of one file. */
  file(taskId: string, path: string, query: { readonly version?: number } = {}): Promise<string> {
    return this.http.text(`${pathOf(taskId)}/files/${path.split('/').map(encodeURIComponent).join('/')}`, { query });
  }

  /** Every version of the code, and what made it. */
  async versions(taskId: string): Promise<readonly CodeVersion[]> {
    return (await this.http.json<{ versions: readonly CodeVersion[] }>('GET', `${pathOf(taskId)}/versions`)).versions;
  }

  /** What is different between two versions; default: from what the caller gave to the newest. */
  diff(taskId: string, { from, to }: { readonly from?: number; readonly to?: number } = {}): Promise<CodeDiff> {
    return this.http.json('GET', `${pathOf(taskId)}/diff`, { query: { from, to, format: 'json' } });
  }

  /** Why a file, or one line of it (from 1), is as it is. */
  explain(
    taskId: string,
    path: string,
    { line, version }: { readonly line?: number | undefined; readonly version?: number | undefined } = {},
  ): Promise<FileExplanation> {
    return this.http.json('GET', `${pathOf(taskId)}/explain`, { query: { path, line, version } });
  }

  /** What a model was told: by the newest call up to a stream sequence, or by the call of this id; default: the newest. */
  context(
    taskId: string,
    query: { readonly sequence?: number | undefined; readonly callId?: string | undefined } = {},
  ): Promise<TaskContext> {
    return this.http.json('GET', `${pathOf(taskId)}/context`, { query });
  }

  /** The files of a version as a .tar.gz; default: the newest. */
  archive(taskId: string, query: { readonly version?: number } = {}): Promise<Uint8Array> {
    return this.http.bytes(`${pathOf(taskId)}/archive`, { query });
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
    return this.http.json('GET', '/knowledge', { query });
  }

  getKnowledge(id: string): Promise<Knowledge> {
    return this.http.json('GET', `/knowledge/${encodeURIComponent(id)}`);
  }

  /** What is left out stays as it is. Recorded in the log. */
  correctKnowledge(
    id: string,
    body: { readonly title?: string; readonly text?: string; readonly by?: string },
  ): Promise<Knowledge> {
    return this.http.json('PUT', `/knowledge/${encodeURIComponent(id)}`, { body });
  }

  /** It is not found again. Recorded in the log. */
  async forgetKnowledge(id: string, { by }: { readonly by?: string } = {}): Promise<void> {
    await this.http.json('DELETE', `/knowledge/${encodeURIComponent(id)}`, { query: { by } });
  }

  /** Rejects with TaskloomError (status 503) that names the part that is down. */
  health(): Promise<Health> {
    return this.http.json('GET', '/health');
  }

  /** Every question that waits for an answer, claimed or not. */
  async listWork(): Promise<readonly WorkItem[]> {
    return (await this.http.json<{ items: readonly WorkItem[] }>('GET', '/work-items')).items;
  }

  /** Takes the oldest free question under a lease; null when there is none within `waitMs`. */
  async claimWork(claim: {
    readonly by: string;
    readonly kinds?: readonly string[];
    readonly waitMs?: number;
    readonly signal?: AbortSignal;
  }): Promise<ClaimedWorkItem | null> {
    const { signal, ...body } = claim;
    const http = new Http(this.url, this.requestTimeoutMs + (body.waitMs ?? 0));
    const request = signal ? { body, signal } : { body };
    return (await http.json<{ item: ClaimedWorkItem } | null>('POST', '/work-items/claim', request))?.item ?? null;
  }

  /** Rejects with TaskloomError: 409 when the lease is lost, 422 when the answer does not fit its schema. */
  async answerWork(id: string, body: { readonly leaseToken: string; readonly answer: unknown }): Promise<void> {
    await this.http.json('POST', `/work-items/${encodeURIComponent(id)}/answer`, { body });
  }

  /** Gives a claimed question back. */
  async releaseWork(id: string, body: { readonly leaseToken: string }): Promise<void> {
    await this.http.json('POST', `/work-items/${encodeURIComponent(id)}/release`, { body });
  }

  /**
   * Sends a message to workers and resolves with their answer. Rejects with TaskloomError: BROKER_NO_WORKER,
   * BROKER_MESSAGE_FAILED (the worker says why), BROKER_WORKER_LOST, BROKER_TIMEOUT …
   */
  dispatch(message: Dispatch): Promise<DispatchAnswer> {
    const http = new Http(this.url, this.requestTimeoutMs + (message.timeoutMs ?? DEFAULT_MESSAGE_TIMEOUT_MS));
    return http.json('POST', '/messages', { body: message });
  }

  /** Those of the server, and those that are connected to it. */
  async workers(): Promise<readonly WorkerInfo[]> {
    return (await this.http.json<{ workers: readonly WorkerInfo[] }>('GET', '/workers')).workers;
  }

  /** Makes this process a worker of the server, until it is stopped. */
  work(options: WorkerSessionOptions): WorkerSession {
    return new WorkerSession(this.connection, options);
  }

  /**
   * Every message of a task, or of all, exactly once and in order, across lost connections and restarted servers. It
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

function pathOf(taskId: string): string {
  return `/tasks/${encodeURIComponent(taskId)}`;
}

function headersOf(given: {
  readonly idempotencyKey?: string | undefined;
  readonly submitter?: string | undefined;
}): Record<string, string> {
  const headers: Record<string, string> = {};
  if (given.idempotencyKey !== undefined) headers['idempotency-key'] = given.idempotencyKey;
  if (given.submitter !== undefined) headers['x-submitter'] = given.submitter;
  return headers;
}
