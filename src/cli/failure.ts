import { ConnectionError, TaskloomError } from '../client/index.ts';
import { messageOf } from '../kernel/errors.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { printable } from './printable.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** Says what went wrong and what to do about it in one line, and answers the exit code it stands for. */
export function reportFailure(terminal: Terminal, error: unknown, json: boolean): ExitCode {
  const { code, message, exitCode } = failureOf(error);
  if (json) terminal.note(JSON.stringify({ error: { code, message } }));
  else terminal.note(`taskloom: ${printable(message, 2000)}`, 'bad');
  return exitCode;
}

function failureOf(error: unknown): Failure {
  if (error instanceof ConnectionError) {
    const cure = '`taskloom serve` or `npm start` starts one, --server or TASKLOOM_URL says where it is';
    return { code: 'UNREACHABLE', message: `${error.message.replace(/\.$/, '')}: ${cure}.`, exitCode: exitCodes.usage };
  }
  if (error instanceof UsageError) return { code: 'USAGE', message: error.message, exitCode: exitCodes.usage };
  if (error instanceof TaskloomError) {
    const { code, message, errors } = error;
    const issues = errors
      .map((issue) => `${issue.path || 'request'}: ${issue.message}`)
      .filter((text) => !message.includes(text));
    return { code, message: [message, ...issues].join(' · '), exitCode: exitCodes.failed };
  }
  return { code: 'FAILED', message: messageOf(error), exitCode: exitCodes.failed };
}
