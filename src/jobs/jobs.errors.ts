import { AppError, InvalidInputError } from '../kernel/errors.ts';

/** A message between agents that is not as the protocol has it. Every wrong field is named. */
export class InvalidMessageError extends InvalidInputError {
  override readonly code = 'JOBS_MESSAGE_INVALID';
}

/** Steps that make no graph: doubled or unknown ids, wrong fields, too many. Every wrong field is named. */
export class InvalidGraphError extends InvalidInputError {
  override readonly code: string = 'JOBS_GRAPH_INVALID';
}

/** Steps that wait for each other, so that none of them could ever begin. `circle` ends where it began. */
export class GraphCircleError extends AppError {
  readonly code = 'JOBS_GRAPH_CIRCLE';
  readonly kind = 'invalid';

  constructor(readonly circle: readonly string[]) {
    super(`Steps wait for each other in a circle: ${circle.join(' → ')}. Take one of these dependencies away.`, {
      circle,
    });
  }
}

/** A step needs the result of another, and that one has none: it failed, was skipped, or lacks the part. */
export class MissingResultError extends AppError {
  readonly code = 'JOBS_RESULT_MISSING';
  readonly kind = 'conflict';

  constructor(stepId: string, reference: string) {
    super(`Step ${stepId} needs ${reference}, and there is no such result: check what the step before gives.`, {
      stepId,
      reference,
    });
  }
}
