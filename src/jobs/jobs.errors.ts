import { AppError, InvalidInputError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';

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

/** Arithmetic that cannot be read. */
export class InvalidExpressionError extends AppError {
  readonly code = 'JOBS_EXPRESSION_INVALID';
  readonly kind = 'invalid';

  constructor(problem: string, cure: string) {
    super(`The expression cannot be worked out: ${problem}. ${cure}`, { problem });
  }
}

/** A file of intents that cannot be used. Every wrong field is named, or the line that is no YAML. */
export class InvalidIntentsError extends InvalidInputError {
  override readonly code = 'JOBS_INTENTS_INVALID';
}

/** A file of intents that cannot be read. */
export class IntentsFileError extends AppError {
  readonly code = 'JOBS_INTENTS_FILE';
  readonly kind = 'unavailable';

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(
      `The intents cannot be read from ${path}: ${problem}. Set INTENTS_FILE to a YAML file.`,
      { path, problem },
      options,
    );
  }
}

/** A request that means nothing that is known. */
export class UnknownIntentError extends AppError {
  readonly code = 'JOBS_INTENT_UNKNOWN';
  readonly kind = 'invalid';

  constructor(request: string, known: readonly string[]) {
    const shown = JSON.stringify(request.length > 100 ? `${request.slice(0, 100)}…` : request);
    super(`Nothing that is known fits ${shown}: say one of ${known.join(', ')} in other words, or give the steps.`, {
      request: shown,
      known,
    });
  }
}

/** A request that leaves out a value that its steps need, or gives one of another kind. */
export class MissingSlotError extends AppError {
  readonly code = 'JOBS_SLOT_MISSING';
  readonly kind = 'invalid';

  constructor(intent: string, slot: string, type: string, description: string) {
    super(`The intent ${intent} needs ${slot} (${description}), of type ${type}: say it in the request.`, {
      intent,
      slot,
      type,
    });
  }
}

/** A value of a request that would be read as the result of a step. */
export class UnsafeSlotError extends AppError {
  readonly code = 'JOBS_SLOT_UNSAFE';
  readonly kind = 'invalid';

  constructor(slot: string) {
    super(`The value of ${slot} holds a reference to a step: leave the double braces out.`, { slot });
  }
}

/** An intent whose steps only a model can make, and there is none. */
export class NoPlannerModelError extends AppError {
  readonly code = 'JOBS_NO_PLANNER_MODEL';
  readonly kind = 'unavailable';

  constructor(intent: string) {
    super(
      `The steps of the intent ${intent} are made by a model, and none is configured: set LLM_PROVIDER, or give the steps.`,
      {
        intent,
      },
    );
  }
}

/** An action that nobody does. */
export class UnknownActionError extends AppError {
  readonly code = 'JOBS_UNKNOWN_ACTION';
  readonly kind = 'invalid';

  constructor(action: string, known: readonly string[]) {
    super(`Nobody does ${JSON.stringify(action)}: give one of ${known.join(', ')}.`, { action, known });
  }
}

/** A step that took longer than it may. */
export class StepTimeoutError extends AppError {
  readonly code = 'JOBS_STEP_TIMEOUT';
  readonly kind = 'unavailable';

  constructor(stepId: string, action: string, timeoutMs: number) {
    super(`Step ${stepId} (${action}) was not done within ${timeoutMs} ms: try again, or give it a longer timeoutMs.`, {
      stepId,
      action,
      timeoutMs,
    });
  }
}

/** A step that was done, but with another result than it is for. */
export class VerificationFailedError extends AppError {
  readonly code = 'JOBS_VERIFICATION_FAILED';
  readonly kind = 'unavailable';

  constructor(
    stepId: string,
    problem: string,
    readonly result: Json,
  ) {
    super(`Step ${stepId} was done, but ${problem}`, { stepId, problem });
  }
}

/** A step that waits for people, who have not decided yet. */
export class DecisionPendingError extends AppError {
  readonly code = 'JOBS_DECISION_PENDING';
  readonly kind = 'conflict';

  constructor(question: string) {
    super(`People have not decided yet: ${question.slice(0, 200)}`, { question: question.slice(0, 200) });
  }
}

/** A program that used more than it may. */
export class CodeEndedError extends AppError {
  readonly code = 'JOBS_CODE_ENDED';
  readonly kind = 'limit';

  constructor(end: string, output: string) {
    super(`The program was ended, as it passed its limit of ${end}: give it less to do. ${output}`.trim(), { end });
  }
}

/** A web address that steps may not reach. */
export class AddressDeniedError extends AppError {
  readonly code = 'JOBS_ADDRESS_DENIED';
  readonly kind = 'denied';

  constructor(host: string, address: string) {
    super(
      `${host} is ${address}, which is no public address: HTTP_PRIVATE_ADDRESSES names those that steps may reach all the same.`,
      { host, address },
    );
  }
}

/** A web server that could not be reached, broke off, or answered in a way that cannot be used. */
export class HttpFailedError extends AppError {
  readonly code = 'JOBS_HTTP_FAILED';
  readonly kind = 'unavailable';

  constructor(url: string, problem: string, options?: ErrorOptions) {
    super(`${url} cannot be used: ${problem}.`, { url, problem }, options);
  }
}

/** A mail server that could not be reached, broke off, or wants it tried again later. */
export class MailFailedError extends AppError {
  readonly code = 'JOBS_MAIL_FAILED';
  readonly kind = 'unavailable';

  constructor(server: string, problem: string) {
    super(`The mail server ${server} did not take the mail: ${problem}. It can be tried again.`, { server, problem });
  }
}

/** A mail that the server will not take, however often it is asked. */
export class MailRefusedError extends AppError {
  readonly code = 'JOBS_MAIL_REFUSED';
  readonly kind = 'denied';

  constructor(server: string, problem: string) {
    super(`The mail server ${server} refused the mail: ${problem}.`, { server, problem });
  }
}
