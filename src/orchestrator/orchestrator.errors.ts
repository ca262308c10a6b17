import { AppError } from '../kernel/errors.ts';

export class QueueFullError extends AppError {
  readonly code = 'ORCHESTRATOR_QUEUE_FULL';
  readonly kind = 'unavailable';

  constructor(
    maxQueue: number,
    waitedMs: number,
    readonly retryAfterMs = 1000,
  ) {
    super(`The queue holds ${maxQueue} tasks and had no room within ${waitedMs} ms: submit again later.`, {
      maxQueue,
      waitedMs,
      retryAfterMs,
    });
  }
}

export class DuplicateTaskError extends AppError {
  readonly code = 'ORCHESTRATOR_DUPLICATE_TASK';
  readonly kind = 'conflict';

  constructor(taskId: string) {
    super(`There is already a task ${JSON.stringify(taskId)}: choose another taskId, or leave it out.`, { taskId });
  }
}

export class CircularDependencyError extends AppError {
  readonly code = 'ORCHESTRATOR_CIRCULAR_DEPENDENCY';
  readonly kind = 'invalid';

  constructor(circle: readonly string[]) {
    super(`Tasks would wait for each other for ever: ${circle.join(' → ')}. Leave one of these dependencies out.`, {
      circle,
    });
  }
}

export class ShuttingDownError extends AppError {
  readonly code = 'ORCHESTRATOR_SHUTTING_DOWN';
  readonly kind = 'unavailable';

  constructor() {
    super('The server is shutting down and takes no new tasks: submit again when it is back.');
  }
}

export class UnknownWorkflowError extends AppError {
  readonly code = 'ORCHESTRATOR_UNKNOWN_WORKFLOW';
  readonly kind = 'internal';

  constructor(name: string) {
    super(`No workflow is registered as ${JSON.stringify(name)}.`, { name });
  }
}

/** The task is somebody else's now, or over: whoever held it stops without a trace. */
export class LeaseLostError extends AppError {
  readonly code = 'ORCHESTRATOR_LEASE_LOST';
  readonly kind = 'conflict';

  constructor(taskId: string, leaseToken: number) {
    super(`Lease ${leaseToken} of task ${taskId} is no longer valid.`, { taskId, leaseToken });
  }
}

/** The reason of the abort signal when a task has held its slot for too long. */
export class TaskTimeoutError extends AppError {
  readonly code = 'TASK_TIMEOUT';
  readonly kind = 'limit';

  constructor(timeoutMs: number) {
    super(`The task ran for ${timeoutMs} ms, its limit: raise TASK_TIMEOUT_MS or make the task smaller.`, {
      timeoutMs,
    });
  }
}
