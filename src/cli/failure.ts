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

/** Says what went wrong and what to do about it, and answers the exit code it stands for. */
export function reportFailure(terminal: Terminal, error: unknown, json: boolean): ExitCode {
  const { code, message, exitCode } = failureOf(error);
  if (json) terminal.note(JSON.stringify({ error: { code, message } }));
  else terminal.note(`taskloom: ${printable(message, 2000)}`, 'bad');
  return exitCode;
}

function failureOf(error: unknown): Failure {
  return { code: 'X', message: messageOf(error), exitCode: exitCodes.failed };
}
