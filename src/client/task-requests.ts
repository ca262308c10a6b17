import type { CodeDiff, CodeVersion, FileExplanation } from './code-types.ts';
import type { Briefing, BriefingQuery, TaskContext } from './context-types.ts';
import * as api from './generated/sdk.gen.ts';
import type { Comparison, Fork, StepPage } from './history-types.ts';
import type { GivenPlan } from './plan-types.ts';
import type { Rest } from './rest.ts';
import type {
  BugReport,
  BugReportAnswer,
  EventPage,
  FileList,
  Limits,
  NewTask,
  Plan,
  PlanDraft,
  Task,
  TaskPage,
  TaskQuery,
  TaskState,
  Why,
} from './types.ts';

/** How a task is made. */
export interface Creation {
  /** Makes it safe to repeat: the same key and request answer the first task. */
  readonly idempotencyKey?: string | undefined;
  /** On whose behalf: submitters take turns in the queue. */
  readonly submitter?: string | undefined;
}

/** What can be asked of tasks and done with them; see TaskloomClient. */
export abstract class TaskRequests {
  constructor(protected readonly rest: Rest) {}

  /** Durable once it resolves. With an idempotency key it is safe to repeat. Submitters take turns in the queue. */
  createTask(task: NewTask, creation: Creation = {}): Promise<Task> {
    return this.rest.answer(api.createTask({ ...this.rest.via, body: task, headers: headersOf(creation) }));
  }

  getTask(taskId: string): Promise<Task> {
    return this.rest.answer(api.getTask(this.of(taskId)));
  }

  /** One page, the newest first. */
  listTasks(query: TaskQuery = {}): Promise<TaskPage> {
    return this.rest.answer(api.listTasks({ ...this.rest.via, query }));
  }

  /** Ends the task at once. Cancelling twice is the same as once. */
  cancelTask(taskId: string, { reason }: { readonly reason?: string } = {}): Promise<Task> {
    return this.rest.answer(api.cancelTask({ ...this.of(taskId), query: { reason } }));
  }

  /** The guidance is in the context of the very next model call; `action` pauses or resumes in the same step. */
  intervene(
    taskId: string,
    body: { readonly guidance: string; readonly action?: 'pause' | 'resume'; readonly by?: string },
  ): Promise<Task> {
    return this.rest.answer(api.intervene({ ...this.of(taskId), body }));
  }

  /** Nothing new is begun; what is in flight ends and is recorded. Safe to repeat. */
  pause(taskId: string, body: { readonly reason?: string; readonly by?: string } = {}): Promise<Task> {
    return this.rest.answer(api.pauseTask({ ...this.of(taskId), body }));
  }

  /** Safe to repeat. Rejects with TaskloomError (409) while the limit that paused the task is not raised. */
  resume(taskId: string, body: { readonly limits?: Limits; readonly by?: string } = {}): Promise<Task> {
    return this.rest.answer(api.resumeTask({ ...this.of(taskId), body }));
  }

  /** One answer for each open question, in their order. */
  answer(taskId: string, body: { readonly answers: readonly string[]; readonly by?: string }): Promise<Task> {
    return this.rest.answer(api.answerQuestions({ ...this.of(taskId), body }));
  }

  /** Whether it starts a correction or came too late, the answer says. */
  reportBug(taskId: string, body: BugReport): Promise<BugReportAnswer> {
    return this.rest.answer(api.reportBug({ ...this.of(taskId), body }));
  }

  /** The code of a module, by hand: a new version, judged by the same tests. */
  provideCode(
    taskId: string,
    body: { readonly path: string; readonly content: string; readonly by?: string },
  ): Promise<Task> {
    return this.rest.answer(api.provideCode({ ...this.of(taskId), body }));
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
    return this.rest.answer(api.decidePlan({ ...this.of(taskId), body }));
  }

  /** Only what differs, and what depends on it, is built anew. Rejects as `decidePlan` does. */
  editPlan(
    taskId: string,
    body: ({ readonly plan: PlanDraft } | { readonly document: GivenPlan }) & {
      readonly planHash: string;
      readonly by?: string;
    },
  ): Promise<Task> {
    return this.rest.answer(api.editPlan({ ...this.of(taskId), body }));
  }

  /** One page of what has happened. For what happens: `watch`. */
  events(
    taskId: string,
    query: { readonly afterSequence?: number; readonly limit?: number; readonly types?: readonly string[] } = {},
  ): Promise<EventPage> {
    return this.rest.object(api.readEvents({ ...this.of(taskId), query }));
  }

  /** Now, or as it was after a stream sequence or at an ISO 8601 moment. */
  state(taskId: string, { until }: { readonly until?: number | string } = {}): Promise<TaskState> {
    return this.rest.answer(api.getTaskState({ ...this.of(taskId), query: { until } }));
  }

  /** What keeps a task from going on: a slot, other tasks, a model, a person. */
  why(taskId: string): Promise<Why> {
    return this.rest.answer(api.explainWait(this.of(taskId)));
  }

  /** A new task with the past of this one, which goes on by itself. With an idempotency key it is safe to repeat. */
  fork(taskId: string, fork: Fork = {}, creation: Creation = {}): Promise<Task> {
    return this.rest.answer(api.forkTask({ ...this.of(taskId), body: fork, headers: headersOf(creation) }));
  }

  /** One page of what the task decided after each event; nothing is done again. */
  replay(taskId: string, query: { readonly afterSequence?: number; readonly limit?: number } = {}): Promise<StepPage> {
    return this.rest.answer(api.replayTask({ ...this.of(taskId), query }));
  }

  /** The first event at which two tasks part, and how. */
  compare(taskId: string, other: string): Promise<Comparison> {
    return this.rest.answer(api.compareTasks({ ...this.of(taskId), query: { with: other } }));
  }

  plan(taskId: string): Promise<Plan> {
    return this.rest.object(api.getPlan({ ...this.of(taskId), query: { format: 'json' } }));
  }

  /** The document of the plan as Markdown: it can be edited, and given to `editPlan` or to `createTask`. */
  planMarkdown(taskId: string): Promise<string> {
    return this.rest.text(api.getPlan({ ...this.of(taskId), query: { format: 'markdown' } }));
  }

  files(taskId: string, query: { readonly version?: number } = {}): Promise<FileList> {
    return this.rest.answer(api.listFiles({ ...this.of(taskId), query }));
  }

  /** The text of one file. */
  file(taskId: string, path: string, query: { readonly version?: number } = {}): Promise<string> {
    return this.rest.text(api.getFile({ ...this.rest.via, path: { id: taskId, path }, query }));
  }

  /** Every version of the code, and what made it. */
  async versions(taskId: string): Promise<readonly CodeVersion[]> {
    return (await this.rest.answer(api.listVersions(this.of(taskId)))).versions;
  }

  /** What is different between two versions; default: from what the caller gave to the newest. */
  diff(taskId: string, { from, to }: { readonly from?: number; readonly to?: number } = {}): Promise<CodeDiff> {
    return this.rest.object(api.diffVersions({ ...this.of(taskId), query: { from, to, format: 'json' } }));
  }

  /** Why a file, or one line of it (from 1), is as it is. */
  explain(
    taskId: string,
    path: string,
    { line, version }: { readonly line?: number | undefined; readonly version?: number | undefined } = {},
  ): Promise<FileExplanation> {
    return this.rest.answer(api.explainCode({ ...this.of(taskId), query: { path, line, version } }));
  }

  /** What a model was told: by the newest call up to a stream sequence, or by the call of this id; default: the newest. */
  context(
    taskId: string,
    query: { readonly sequence?: number | undefined; readonly callId?: string | undefined } = {},
  ): Promise<TaskContext> {
    return this.rest.answer(api.getContext({ ...this.of(taskId), query }));
  }

  /** What of a task there is to know for work on one file of it. */
  briefing(taskId: string, query: BriefingQuery): Promise<Briefing> {
    return this.rest.answer(api.getBriefing({ ...this.of(taskId), query }));
  }

  /** The files of a version as a .tar.gz; default: the newest. */
  async archive(taskId: string, query: { readonly version?: number } = {}): Promise<Uint8Array> {
    const packed = await this.rest.answer(api.getArchive({ ...this.of(taskId), query }));
    return new Uint8Array(await packed.arrayBuffer());
  }

  private of(taskId: string) {
    return { ...this.rest.via, path: { id: taskId } };
  }
}

export function headersOf({ idempotencyKey, submitter }: Creation) {
  return { 'Idempotency-Key': idempotencyKey, 'X-Submitter': submitter };
}
