import { AppError, InvalidInputError } from '../kernel/errors.ts';

/** Names in a message. */
const MAX_NAMED = 20;

export class TaskNotFoundError extends AppError {
  readonly code = 'TASK_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(taskId: string) {
    super(`There is no task ${JSON.stringify(taskId)}: look it up in the list of tasks.`, { taskId });
  }
}

export class TaskFinishedError extends AppError {
  readonly code = 'TASK_FINISHED';
  readonly kind = 'conflict';

  constructor(taskId: string, status: string) {
    super(`Task ${JSON.stringify(taskId)} is already ${status}: nothing was changed.`, { taskId, status });
  }
}

export class FileNotFoundError extends AppError {
  readonly code = 'FILE_NOT_FOUND';
  readonly kind = 'notFound';

  /** `files`: the paths that there are. */
  constructor(taskId: string, path: string, { version, files }: { version: number; files: readonly string[] }) {
    const shown = files.slice(0, MAX_NAMED);
    const more = files.length > shown.length ? ` and ${files.length - shown.length} more` : '';
    const there = shown.length > 0 ? `it has ${shown.join(', ')}${more}` : 'it has none';
    super(`Task ${JSON.stringify(taskId)} has no file ${JSON.stringify(path)} at code version ${version}: ${there}.`, {
      taskId,
      path,
      version,
      files: shown,
    });
  }
}

export class LineNotFoundError extends AppError {
  readonly code = 'LINE_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(path: string, line: number, lineCount: number) {
    const there = lineCount === 0 ? 'the file is empty' : `give 1 to ${lineCount}`;
    super(`${JSON.stringify(path)} has no line ${line}: ${there}.`, { path, line, lineCount });
  }
}

export class VersionNotFoundError extends AppError {
  readonly code = 'VERSION_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(taskId: string, version: number, current: number) {
    super(`Task ${JSON.stringify(taskId)} has code versions 0 to ${current}, not ${version}.`, {
      taskId,
      version,
      current,
    });
  }
}

export class ContextNotFoundError extends AppError {
  readonly code = 'CONTEXT_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(taskId: string, sequence?: number) {
    const when = sequence === undefined ? 'with this callId' : `up to event ${sequence}`;
    super(`Task ${JSON.stringify(taskId)} has no model call ${when}: its events say which there are.`, { taskId });
  }
}

export class PlanNotReadyError extends AppError {
  readonly code = 'PLAN_NOT_READY';
  readonly kind = 'notFound';

  constructor(taskId: string) {
    super(`Task ${JSON.stringify(taskId)} has no plan yet: wait for its PLANNING_COMPLETE event.`, { taskId });
  }
}

/** The plan is not the one that was seen. */
export class PlanChangedError extends AppError {
  readonly code = 'PLAN_CHANGED';
  readonly kind = 'conflict';

  constructor(taskId: string, { seen, current }: { seen: string; current: string }) {
    super(`The plan of task ${JSON.stringify(taskId)} is ${current}, not ${seen}: look at it again, then decide.`, {
      taskId,
      seen,
      planHash: current,
    });
  }
}

export class NoQuestionsError extends AppError {
  readonly code = 'TASK_NO_QUESTIONS';
  readonly kind = 'conflict';

  constructor(taskId: string) {
    super(`Task ${JSON.stringify(taskId)} asks nothing just now: give it guidance by an intervention.`, { taskId });
  }
}

export class NoCodeYetError extends AppError {
  readonly code = 'TASK_NO_CODE';
  readonly kind = 'conflict';

  constructor(taskId: string) {
    super(`Task ${JSON.stringify(taskId)} has no code yet that a bug could be in: give it guidance instead.`, {
      taskId,
    });
  }
}

/** The task would pause again at once. */
export class LimitStillReachedError extends AppError {
  readonly code = 'TASK_LIMIT_REACHED';
  readonly kind = 'conflict';

  constructor(taskId: string, { code, reason }: { code: string; reason: string }) {
    super(`Task ${JSON.stringify(taskId)} is still at its limit: ${reason} Raise it in limits, or cancel the task.`, {
      taskId,
      limit: code,
    });
  }
}

/** There is nothing to go on with after this event, or no such event. */
export class ForkPointError extends AppError {
  readonly code = 'TASK_FORK_POINT';
  readonly kind = 'conflict';

  /** `last`: the last event after which the task can be forked. */
  constructor(taskId: string, { asked, last, isOver }: { asked: number; last: number; isOver: boolean }) {
    const why = isOver ? `it is over with event ${last + 1}` : `it has ${last} events`;
    super(`Task ${JSON.stringify(taskId)} cannot be forked after event ${asked}, as ${why}: give 1 to ${last}.`, {
      taskId,
      afterSequence: asked,
      lastForkable: last,
    });
  }
}

export class ForkTooLargeError extends AppError {
  readonly code = 'TASK_FORK_TOO_LARGE';
  readonly kind = 'limit';

  /** `last`: the last event after which the task is not too large to be forked. */
  constructor(taskId: string, { last, maxEvents, maxMiB }: { last: number; maxEvents: number; maxMiB: number }) {
    super(
      `Task ${JSON.stringify(taskId)} is too large to be forked there, in one piece of at most ${maxEvents} events and ${maxMiB} MiB: fork it after event ${last} or before.`,
      { taskId, lastForkable: last, maxEvents, maxMiB },
    );
  }
}

export class IdempotencyKeyReusedError extends AppError {
  readonly code = 'IDEMPOTENCY_KEY_REUSED';
  readonly kind = 'conflict';

  constructor(key: string) {
    super(`The Idempotency-Key ${JSON.stringify(key)} was used with another request: take a new key for a new task.`, {
      key,
    });
  }
}

export class WorkItemNotFoundError extends AppError {
  readonly code = 'WORK_ITEM_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(id: string) {
    super(`There is no open work item ${JSON.stringify(id)}: it never was, or its task is over.`, { id });
  }
}

/** The lease is not the claimant's (any more), or somebody has answered already. */
export class WorkItemLeaseError extends AppError {
  readonly code = 'WORK_ITEM_LEASE_LOST';
  readonly kind = 'conflict';

  constructor(id: string, why: string) {
    super(`Work item ${JSON.stringify(id)} was not answered: ${why}. Claim it again if it is open.`, { id, why });
  }
}

/** The answer does not fit its schema. The item stays claimed: correct the answer and hand it in again. */
export class AnswerRefusedError extends InvalidInputError {
  override readonly code = 'WORK_ITEM_ANSWER_REFUSED';
}
