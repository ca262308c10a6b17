import { STATUS_CODES } from 'node:http';
import { AppError, type ErrorKind, type Issue } from '../kernel/errors.ts';
import type { Redactor } from '../kernel/redactor.ts';
import { MethodNotAllowedError } from './api.errors.ts';

/** RFC 9457 problem details: the one shape of every error answer. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The path that was asked. */
  readonly instance: string;
  /** Stable and machine-readable. */
  readonly code: string;
  /** What is wrong where; empty when the request as a whole is. */
  readonly errors: readonly Issue[];
  readonly correlationId: string;
  /** What the error knows besides, as plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly Issue[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

const statusByKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  denied: 403,
  notFound: 404,
  conflict: 409,
  limit: 413,
  internal: 500,
  unavailable: 503,
};

/** Where HTTP has a finer word than the kind. */
const statusByCode: Readonly<Record<string, number>> = {
  ACCESS_KEY_MISSING: 401,
  ACCESS_KEY_REFUSED: 401,
  ACCESS_RATE_LIMITED: 429,
  API_METHOD_NOT_ALLOWED: 405,
  API_MEDIA_TYPE: 415,
  API_TOO_MANY_HEADERS: 431,
  IDEMPOTENCY_KEY_REUSED: 422,
  WORK_ITEM_ANSWER_REFUSED: 422,
  BROKER_MESSAGE_FAILED: 422,
  BROKER_WORKER_LOST: 502,
  BROKER_TIMEOUT: 504,
  JOBS_AGENT_KEY: 401,
};

const DEFAULT_RETRY_MS = 1000;

/** What a caller may know of an error. Whatever was not raised on purpose is 500 and says nothing of the inside. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AppError) return ofAppError(error);
  const { statusCode, code, message } = fieldsOf(error);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return plain(statusCode, code ?? 'API_BAD_REQUEST', message);
  }
  return plain(500, 'INTERNAL', 'Something went wrong inside. The log has it under the correlation id.');
}

function problemOf(failure: Failure, instance: string, correlationId: string): Problem {
  const { status, code, detail, errors, details } = failure;
  return {
    type: `urn:taskloom:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    instance,
    code,
    errors,
    correlationId,
    ...(Object.keys(details).length > 0 ? { details } : {}),
  };
}

/** The bytes of a problem without secrets, whoever sent them, and the headers that go with it. */
export function answerOf(
  failure: Failure,
  instance: string,
  correlationId: string,
  redactor: Redactor,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  return {
    headers: {
      ...failure.headers,
      'content-type': 'application/problem+json; charset=utf-8',
      'x-correlation-id': correlationId,
      'x-content-type-options': 'nosniff',
    },
    body: JSON.stringify(redactor.data(problemOf(failure, instance, correlationId))),
  };
}

function ofAppError(error: AppError): Failure {
  const status = statusByCode[error.code] ?? statusByKind[error.kind];
  if (status === 500) return { ...failureOf(null), code: error.code };
  const { issues, ...details } = error.details;
  return {
    ...plain(status, error.code, error.message),
    errors: Array.isArray(issues) ? (issues as readonly Issue[]) : [],
    details,
    headers: headersOf(error, status),
  };
}

function headersOf(error: AppError, status: number): Record<string, string> {
  if (error instanceof MethodNotAllowedError) return { allow: error.allowed.join(', ') };
  if (status === 401) return { 'www-authenticate': 'Bearer realm="taskloom"' };
  if (status !== 503 && status !== 429) return {};
  const { retryAfterMs } = error.details;
  const waitMs = typeof retryAfterMs === 'number' ? retryAfterMs : DEFAULT_RETRY_MS;
  return { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) };
}

function plain(status: number, code: string, detail: string): Failure {
  return { status, code, detail, errors: [], details: {}, headers: {} };
}

/** Fastify's errors carry statusCode and code, Nest's a status. */
function fieldsOf(error: unknown): { statusCode?: number; code?: string; message: string } {
  if (!(error instanceof Error)) return { message: '' };
  const { statusCode, status, code } = error as Error & { statusCode?: unknown; status?: unknown; code?: unknown };
  const number = typeof statusCode === 'number' ? statusCode : status;
  return {
    ...(typeof number === 'number' ? { statusCode: number } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    message: error.message,
  };
}
