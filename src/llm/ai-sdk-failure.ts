import { APICallError } from 'ai';
import { retryAfterMsOf } from './http-call.ts';
import {
  ContextOverflowError,
  ModelError,
  ModelMissingError,
  ModelRefusedError,
  ModelUnavailableError,
} from './llm.errors.ts';

/** The typed error that a failed call of the AI SDK stands for. What no status explains happened on the way: transient. */
export function callFailure(model: string, error: unknown, answerTokens: number): Error {
  if (error instanceof ModelError) return error;
  // A status of success with an error is a stream that broke off.
  if (!APICallError.isInstance(error) || error.statusCode === undefined || error.statusCode < 300) {
    return new ModelUnavailableError(model, causeOf(error), null, { cause: error });
  }
  const { statusCode: status, responseBody = '' } = error;
  const said = error.message || responseBody.slice(0, 200);
  if (status === 404) {
    return new ModelMissingError(model, `${error.url} answers 404 (${said}): choose a model that the provider lists.`);
  }
  if (
    status === 413 ||
    /context_length_exceeded|maximum context length|exceeds the available context|prompt is too long/i.test(
      `${said} ${responseBody}`,
    )
  ) {
    return new ContextOverflowError(model, { promptTokens: null, answerTokens, contextTokens: null });
  }
  if (status === 408 || status === 409 || status === 429 || status >= 500) {
    return new ModelUnavailableError(model, `${status} ${said}`, retryAfterMsOf(error.responseHeaders ?? {}), {
      cause: error,
    });
  }
  return new ModelRefusedError(model, status, said, { cause: error });
}

/** What the error and its cause say. Streams may carry errors that are plain objects. */
function causeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { message, cause } = error as { message?: unknown; cause?: unknown };
  const said = typeof message === 'string' && message !== '' ? message : JSON.stringify(error).slice(0, 300);
  return cause === undefined ? said : `${said}: ${causeOf(cause)}`;
}
