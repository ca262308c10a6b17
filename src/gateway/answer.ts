import { AppError } from '../kernel/errors.ts';
import type { Redactor } from '../kernel/redactor.ts';

/** What a client learns of a request that was not carried out. */
export interface ErrorAnswer {
  readonly ok: false;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
}

/** Without secrets, whoever sent them; whatever was not raised on purpose says nothing of the inside. */
export function errorAnswer(error: unknown, redactor: Redactor): ErrorAnswer {
  if (error instanceof AppError && error.kind !== 'internal') {
    const { code, message, details } = error;
    return redactor.data({ ok: false, error: { code, message, details } });
  }
  const message = 'Something went wrong inside. The log of the server has it.';
  return { ok: false, error: { code: 'INTERNAL', message, details: {} } };
}

/** Whether an error is our own fault and nobody else will tell of it. */
export function isOurFault(error: unknown): boolean {
  return !(error instanceof AppError) || error.kind === 'internal';
}

/** Hands an answer to the acknowledgement function among a message's parameters. False when there is none. */
export function acknowledge(parameters: readonly unknown[], answer: ErrorAnswer): boolean {
  const callback = parameters.find((parameter) => typeof parameter === 'function') as
    ((answer: ErrorAnswer) => void) | undefined;
  callback?.(answer);
  return callback !== undefined;
}
