import { AppError, type ErrorKind, type Issue } from '../kernel/errors.ts';

/**
 * A model call that gave no answer. `transient` is the one question a caller asks: true means park the call and try
 * again later (after `retryAfterMs` where the provider named it), false means that the same call can only fail again.
 */
export abstract class ModelError extends AppError {
  abstract readonly transient: boolean;
  readonly retryAfterMs: number | null = null;
}

/** The provider cannot be reached, is overloaded or broke off in the middle: worth another try within seconds. */
export class ModelUnavailableError extends ModelError {
  readonly code = 'LLM_UNAVAILABLE';
  readonly kind = 'unavailable';
  readonly transient = true;

  constructor(
    model: string,
    reason: string,
    override readonly retryAfterMs: number | null = null,
    options?: ErrorOptions,
  ) {
    super(`${model} does not answer: ${reason}`, { model, reason, retryAfterMs }, options);
  }
}

/** The call took longer than LLM_TIMEOUT_MS. Not repeated at once: it would most likely take as long again. */
export class ModelTimeoutError extends ModelError {
  readonly code = 'LLM_TIMEOUT';
  readonly kind = 'unavailable';
  readonly transient = true;

  constructor(model: string, timeoutMs: number) {
    super(`${model} did not finish within ${timeoutMs} ms: raise LLM_TIMEOUT_MS or take a smaller model.`, {
      model,
      timeoutMs,
    });
  }
}

/** The provider has no such model yet. Waits for somebody to run `cure`. */
export class ModelMissingError extends ModelError {
  readonly code = 'LLM_MODEL_MISSING';
  readonly kind = 'unavailable';
  readonly transient = true;

  constructor(
    model: string,
    readonly cure: string,
  ) {
    super(`The provider has no model ${JSON.stringify(model)}: ${cure}`, { model, cure });
  }
}

/** The prompt and its answer do not fit the context together, or the provider dropped part of the prompt. */
export class ContextOverflowError extends ModelError {
  readonly code = 'LLM_CONTEXT_OVERFLOW';
  readonly kind = 'limit';
  readonly transient = false;

  constructor(
    model: string,
    readonly numbers: { promptTokens: number | null; answerTokens: number; contextTokens: number | null },
    how = 'the prompt and the room for its answer do not fit the context',
  ) {
    const { promptTokens, answerTokens, contextTokens } = numbers;
    super(
      `${model}: ${how}: ${promptTokens ?? 'too many'} + ${answerTokens} tokens of ${contextTokens ?? 'fewer'}. ` +
        'Shorten the prompt or raise LLM_CONTEXT_TOKENS.',
      { model, ...numbers },
    );
  }
}

/** What a model cannot do without, and the room for its answer, do not fit any model that could be asked. */
export class PromptTooLargeError extends AppError {
  readonly code = 'LLM_PROMPT_TOO_LARGE';
  readonly kind = 'limit';

  constructor(
    model: string,
    readonly numbers: {
      readonly criticalTokens: number;
      readonly answerTokens: number;
      readonly contextTokens: number;
      readonly passedOver: readonly { readonly model: string; readonly reason: string }[];
    },
  ) {
    const { criticalTokens, answerTokens, contextTokens, passedOver } = numbers;
    const others = passedOver.map((each) => `; ${each.model}: ${each.reason}`).join('');
    super(
      `${model} must be told ${criticalTokens} tokens and needs ${answerTokens} for its answer; its window has ` +
        `${contextTokens}${others}. Make the module smaller, or name a larger model in MODELS that the provider has.`,
      { model, ...numbers },
    );
  }
}

/** The answer reached its token limit before it was complete. Asking again would be cut at the same place. */
export class AnswerCutError extends ModelError {
  readonly code = 'LLM_ANSWER_CUT';
  readonly kind = 'limit';
  readonly transient = false;

  constructor(
    model: string,
    readonly text: string,
    outputTokens: number | null,
  ) {
    super(
      `${model} was cut off after ${outputTokens ?? 'too many'} tokens: raise LLM_ANSWER_TOKENS or ask for less at once.`,
      { model, outputTokens },
    );
  }
}

/** Neither the answer nor its one repair has the form that was asked for. */
export class AnswerInvalidError extends ModelError {
  readonly code = 'LLM_ANSWER_INVALID';
  readonly kind = 'internal';
  readonly transient = false;

  constructor(
    model: string,
    readonly issues: readonly Issue[],
    readonly text: string,
  ) {
    super(
      `${model} answered in a wrong form twice: ${issues.map((issue) => `${issue.path || 'answer'}: ${issue.message}`).join('; ')}`,
      { model, issues },
    );
  }
}

/** The provider refuses the call as such: a wrong key, an unknown parameter, a forbidden model. */
export class ModelRefusedError extends ModelError {
  readonly code = 'LLM_REFUSED';
  readonly kind: ErrorKind;
  readonly transient = false;

  constructor(model: string, status: number | null, reason: string, options?: ErrorOptions) {
    super(`${model} refuses the call${status === null ? '' : ` (${status})`}: ${reason}`, { model, status }, options);
    this.kind = status === 401 || status === 403 ? 'denied' : 'internal';
  }
}

/** The prompt is not in the recording. Shows the nearest recorded one and the place where the two part. */
export class RecordingMissError extends ModelError {
  readonly code = 'LLM_RECORDING_MISS';
  readonly kind = 'notFound';
  readonly transient = false;

  constructor(path: string, promptHash: string, nearest: { promptHash: string; difference: string } | null) {
    super(
      nearest === null
        ? `The recording ${path} is empty: it has no answer to prompt ${promptHash.slice(0, 12)}.`
        : `The recording ${path} has no answer to prompt ${promptHash.slice(0, 12)}. ` +
            `The nearest is ${nearest.promptHash.slice(0, 12)}; they part where ${nearest.difference}`,
      { path, promptHash, nearest },
    );
  }
}

/** A recording that cannot be read: the file is missing, or a line is not what this version writes. */
export class RecordingInvalidError extends ModelError {
  readonly code = 'LLM_RECORDING_INVALID';
  readonly kind = 'invalid';
  readonly transient = false;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`The recording ${path} cannot be used: ${reason}`, { path, reason }, options);
  }
}
