import type { CallToolResult } from '@modelcontextprotocol/server';
import { AppError } from '../kernel/errors.ts';
import type { Redactor } from '../kernel/redactor.ts';
import type { ToolAnswer } from './tool.ts';

/**
 * An answer as the protocol has it: the data as structured content and, for clients that know none, as JSON in text,
 * after what has come of it and what to do next.
 */
export function resultOf({ data, said, next, handle }: ToolAnswer<Readonly<Record<string, unknown>>>): CallToolResult {
  return {
    ...handle,
    content: [
      { type: 'text', text: `${said}\nNext: ${next}` },
      { type: 'text', text: JSON.stringify(data) },
    ],
    structuredContent: data,
  };
}

/** Where programs find the code of a failed call: `_meta` of the result, under this key. */
export const ERROR_KEY = 'taskloom/error';

/** A failed call as a result: a model reads what is wrong and what would be right. Null for what nobody raised on purpose. */
export function failureOf(error: unknown, redactor: Redactor): CallToolResult | null {
  if (!(error instanceof AppError) || error.kind === 'internal') return null;
  const { code, kind, message, details } = error;
  const told = redactor.data({ code, kind, message, details });
  const isRetryable = error.kind === 'unavailable';
  return {
    isError: true,
    content: [
      { type: 'text', text: `${told.message} (${told.code})${isRetryable ? '\nNext: try again in a moment.' : ''}` },
    ],
    _meta: { [ERROR_KEY]: told },
  };
}
