import { Inject, Injectable } from '@nestjs/common';
import { type EventDraft, StreamConflictError, type StoredEvent, type TaskLimits } from '../events/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { newId } from '../kernel/ids.ts';
import { Redactor } from '../kernel/redactor.ts';
import { DuplicateTaskError, Orchestrator, parsePriority } from '../orchestrator/index.ts';
import { TestRunner } from '../workspace/index.ts';
import { timeoutOf } from './coding-limits.ts';
import { CODING } from './coding-workflow.ts';
import { changesOf, forkDrafts } from './fork-drafts.ts';
import { IdempotencyKeys, isRepetition, type Once } from './idempotency.ts';
import { describeNewTask, type NewTask } from './new-task.ts';
import { refuseSecretNames } from './secret-names.ts';
import { TaskReader } from './task-reader.ts';
import type { TaskView } from './task-view.ts';

export interface Creation extends Once {
  /** On whose behalf; default: nobody in particular. */
  readonly submitter?: string | undefined;
}

/** How a task is to be forked; all of it may be left out. */
export interface Fork {
  /** The last event of the other task that the new one has too. Default: its newest. */
  readonly afterSequence?: number;
  /** Chosen by the caller; else a new UUID. */
  readonly taskId?: string;
  /** A name in any case, or a whole number from 0 to 100. Default: that of the other task. */
  readonly priority?: string | number;
}

/** What can be done with coding tasks: each a fact in the task's stream, durable before the answer. */
@Injectable()
export class TasksService {
  constructor(
    readonly read: TaskReader,
    private readonly orchestrator: Orchestrator,
    private readonly keys: IdempotencyKeys,
    private readonly runner: TestRunner,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly redactor: Redactor,
  ) {}

  /**
   * Accepts a task; it is durable when this resolves. With an idempotency key a repeat in the same scope (default: the
   * submitter) answers the first task. Rejects with InvalidInputError, DuplicateTaskError, IdempotencyKeyReusedError or QueueFullError; then
   * nothing was created.
   */
  async create(task: NewTask, { submitter, ...given }: Creation = {}): Promise<TaskView> {
    const once = scoped(given, submitter);
    refuseSecretNames({ ...task, submitter, plan: undefined }, this.redactor);
    const created = describeNewTask(task, {
      languages: this.runner.languages,
      hasPrices: this.configuration.LLM_PRICES !== undefined,
    });
    refuseSecretNames({ plan: created.plan }, this.redactor);
    const own = submitter === undefined ? {} : { submitter };
    const { priority, limits } = created;
    const drafts: readonly EventDraft[] = [{ eventType: 'TASK_CREATED', data: { ...created, ...own } }];
    const submission = { taskId: idOf(task), priority, drafts, limits, ...own };
    const accepted = await this.submit(submission, task, once);
    return 'repeated' in accepted ? accepted.repeated : this.read.asCreated(submission.taskId, accepted.stored);
  }

  /**
   * Makes a new task of what has happened to another one up to an event, and lets it go on from there; the other one
   * stays as it is. All of it in one commit, repeatable as `create` is. Rejects as `create` does, and with
   * TaskNotFoundError, ForkPointError or ForkTooLargeError.
   */
  async fork(
    parentId: string,
    { afterSequence, taskId, priority }: Fork = {},
    { submitter, ...given }: Creation = {},
  ): Promise<TaskView> {
    refuseSecretNames({ taskId, submitter }, this.redactor);
    const once = scoped(given, submitter);
    const request = { fork: parentId.normalize('NFC'), afterSequence, taskId, priority };
    // Asked first: meanwhile the parent may have gone on, or be over.
    const earlier = await this.repeat(once, request);
    if (earlier) return earlier;
    const { events, created } = await this.read.forkPoint(parentId, afterSequence);
    const changes = changesOf({ priority: priority === undefined ? undefined : parsePriority(priority), submitter });
    const drafts = forkDrafts(events, { now: systemClock(), changes });
    const { limits, ...queued } = { ...created, ...changes };
    const own = queued.submitter === undefined ? {} : { submitter: queued.submitter };
    const submission = { taskId: idOf({ taskId }), priority: queued.priority, drafts, limits, ...own };
    const accepted = await this.submit(submission, request, once);
    return 'repeated' in accepted ? accepted.repeated : this.read.get(submission.taskId);
  }

  /** Ends a task at once, whatever it does. A task that is over stays as it is: `changed` says so. Safe to repeat. */
  async cancel(
    taskId: string,
    { by, reason }: { readonly by: string; readonly reason: string },
  ): Promise<{ task: TaskView; changed: boolean }> {
    for (;;) {
      const task = await this.read.get(taskId);
      if (isFinished(task)) return { task, changed: false };
      try {
        await this.orchestrator.end(task.taskId, [{ eventType: 'TASK_CANCELLED', data: { by, reason } }], {
          expectedSequence: task.sequence,
        });
        return { task: await this.read.get(taskId), changed: true };
      } catch (error) {
        if (!(error instanceof StreamConflictError)) throw error;
      }
    }
  }

  private async submit(
    { limits, ...work }: Accepted,
    request: object,
    once: Once,
  ): Promise<{ readonly stored: readonly StoredEvent[] } | { readonly repeated: TaskView }> {
    try {
      const stored = await this.orchestrator.submit({
        ...work,
        workflow: CODING,
        waitMs: this.configuration.SUBMIT_WAIT_MS,
        ...timeoutOf(limits),
        alongside: this.keys.remember(once, request, { taskId: work.taskId, outcome: null }),
      });
      return { stored };
    } catch (error) {
      const mayRepeat = error instanceof DuplicateTaskError || isRepetition(error);
      const repeated = mayRepeat ? await this.repeat(once, request) : null;
      if (!repeated) throw error;
      return { repeated };
    }
  }

  /** What came of the first request with this key; null for a new one. */
  private async repeat(once: Once, request: object): Promise<TaskView | null> {
    const first = await this.keys.find(once, request);
    return first && this.read.get(first.taskId);
  }
}

function scoped(once: Once, submitter: string | undefined): Once {
  return { scope: submitter, ...once };
}

interface Accepted {
  readonly taskId: string;
  readonly priority: number;
  readonly submitter?: string;
  readonly drafts: readonly EventDraft[];
  readonly limits: TaskLimits;
}

function idOf({ taskId }: { readonly taskId?: string | undefined }): string {
  return (taskId ?? newId()).normalize('NFC');
}

function isFinished({ status }: TaskView): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
