import { AppError } from '../kernel/errors.ts';

/** What a client learns of a request that was not carried out. */
export interface ErrorAnswer {
  readonly ok: false;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
}

/** Whatever was not raised on purpose says nothing of the inside. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof AppError && error.kind !== 'internal') {
    const { code, message, details } = error;
    return { ok: false, error: { code, message, details } };
  }
  const message = 'Something went wrong inside. The log of the server has it.';
  return { ok: false, error: { code: 'INTERNAL', message, details: {} } };
}

/** Whether an error is our own fault and nobody else will tell of it. */
export function isOurFault(error: unknown): boolean {
  return !(error instanceof AppError) || error.kind === 'internal';
}
