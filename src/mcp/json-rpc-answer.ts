import { AppError, type ErrorKind } from '../kernel/errors.ts';
import { KeyMissingError, KeyRefusedError } from '../policy/index.ts';

/** An error before there is anybody in the protocol library who could answer it: HTTP status and JSON-RPC body. */
export interface JsonRpcFailure {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly jsonrpc: '2.0';
    readonly id: string | number | null;
    readonly error: { readonly code: number; readonly message: string; readonly data?: { readonly code: string } };
  };
}

const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const INTERNAL_ERROR = -32_603;
const SERVER_ERROR = -32_000;

const statusByKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  denied: 403,
  notFound: 404,
  conflict: 409,
  limit: 413,
  internal: 500,
  unavailable: 503,
};

/** What JSON that cannot be read is called by the library that reads it: FST_ERR_CTP_INVALID_JSON_BODY and its like. */
const unreadable = /^FST_ERR_CTP_(INVALID_JSON_BODY|EMPTY_JSON_BODY|INVALID_CONTENT_LENGTH)$/;

/** What is told of an error; of one that nobody raised on purpose nothing of the inside. */
export function jsonRpcFailureOf(error: unknown, id: string | number | null = null): JsonRpcFailure {
  if (error instanceof AppError && error.kind !== 'internal') {
    const status = isAboutKeys(error) ? 401 : statusByKind[error.kind];
    const code = error.code === 'MCP_NO_MESSAGE' ? INVALID_REQUEST : SERVER_ERROR;
    return failure(status, code, error.message, id, error.code);
  }
  const { statusCode, code, message } = fieldsOf(error);
  if (statusCode === 413) return failure(413, SERVER_ERROR, 'The body is too large: send less at once.', id, code);
  if (error instanceof SyntaxError || unreadable.test(code)) {
    return failure(400, PARSE_ERROR, `Parse error: the body is no JSON (${message})`, id, code);
  }
  if (statusCode >= 400 && statusCode < 500) return failure(statusCode, INVALID_REQUEST, message, id, code);
  return failure(500, INTERNAL_ERROR, 'Something went wrong inside. The log of the server has it.', id, 'INTERNAL');
}

function failure(
  status: number,
  code: number,
  message: string,
  id: string | number | null,
  name: string,
): JsonRpcFailure {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(status === 503 ? { 'retry-after': '1' } : {}),
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="taskloom"' } : {}),
    },
    body: { jsonrpc: '2.0', id, error: { code, message, data: { code: name } } },
  };
}

function isAboutKeys(error: AppError): boolean {
  return error instanceof KeyMissingError || error instanceof KeyRefusedError;
}

function fieldsOf(error: unknown): { readonly statusCode: number; readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { statusCode: 500, code: 'INTERNAL', message: '' };
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'MCP_BAD_REQUEST';
  return { statusCode, code, message: error.message };
}
