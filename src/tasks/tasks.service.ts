import { Inject, Injectable } from '@nestjs/common';
import { StreamConflictError } from '../events/index.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { newId } from '../kernel/ids.ts';
import { Redactor } from '../kernel/redactor.ts';
import { DuplicateTaskError, Orchestrator } from '../orchestrator/index.ts';
import { GuardFailedError } from '../storage/index.ts';
import { TestRunner } from '../workspace/index.ts';
import { CODING } from './coding-workflow.ts';
import { IdempotencyKeys, KEY_GUARD } from './idempotency.ts';
import { describeNewTask, type NewTask } from './new-task.ts';
import { refuseSecretNames } from './secret-names.ts';
import { TaskReader } from './task-reader.ts';
import type { TaskView } from './task-view.ts';
import { IdempotencyKeyReusedError, TaskFinishedError } from './tasks.errors.ts';

export interface Creation {
  readonly idempotencyKey?: string | undefined;
  /** On whose behalf; default: nobody in particular. */
  readonly submitter?: string | undefined;
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
   * Accepts a task; it is durable when this resolves. With an idempotency key a repeat answers the first task, whoever
   * repeats it. Rejects
   * with InvalidInputError, DuplicateTaskError, IdempotencyKeyReusedError or QueueFullError; then nothing was created.
   */
  async create(task: NewTask, { idempotencyKey, submitter }: Creation = {}): Promise<TaskView> {
    refuseSecretNames({ ...task, submitter }, this.redactor);
    const created = describeNewTask(task, this.runner.languages);
    const own = submitter === undefined ? {} : { submitter };
    const taskId = (task.taskId ?? newId()).normalize('NFC');
    const { maxSeconds } = created.limits;
    try {
      const stored = await this.orchestrator.submit({
        taskId,
        workflow: CODING,
        priority: created.priority,
        drafts: [{ eventType: 'TASK_CREATED', data: { ...created, ...own } }],
        waitMs: this.configuration.SUBMIT_WAIT_MS,
        ...own,
        ...(maxSeconds === undefined ? {} : { timeoutMs: maxSeconds * 1000 }),
        ...(idempotencyKey === undefined ? {} : { alongside: [this.keys.remember(idempotencyKey, task, taskId)] }),
      });
      return this.read.asCreated(taskId, stored);
    } catch (error) {
      const repeated =
        error instanceof DuplicateTaskError || (error instanceof GuardFailedError && error.guard === KEY_GUARD);
      if (idempotencyKey === undefined || !repeated) throw error;
      return this.repeat(idempotencyKey, task, error);
    }
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

  /** Records guidance; the next model call has it. Rejects with TaskFinishedError when the task is over. */
  async intervene(
    taskId: string,
    { guidance, by }: { readonly guidance: string; readonly by: string },
  ): Promise<TaskView> {
    for (;;) {
      const task = await this.read.get(taskId);
      if (isFinished(task)) throw new TaskFinishedError(task.taskId, task.status);
      try {
        await this.orchestrator.record(task.taskId, [{ eventType: 'USER_INTERVENTION', data: { guidance, by } }], {
          expectedSequence: task.sequence,
        });
        return await this.read.get(taskId);
      } catch (error) {
        if (!(error instanceof StreamConflictError)) throw error;
      }
    }
  }

  private async repeat(key: string, task: NewTask, error: unknown): Promise<TaskView> {
    const first = await this.keys.find(key, task);
    if (!first) throw error;
    if (!first.sameRequest) throw new IdempotencyKeyReusedError(key);
    return this.read.get(first.taskId);
  }
}

function isFinished({ status }: TaskView): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
