import { types } from 'node:util';

/** What went wrong, in the words every door can translate into its own status. */
export type ErrorKind = 'invalid' | 'notFound' | 'conflict' | 'denied' | 'limit' | 'unavailable' | 'internal';

/** One thing that is wrong with an input: where it stands (`modules[0].path`) and what would be right. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/**
 * The base of every error that Taskloom raises on purpose. `code` is stable and machine-readable, `kind` is what a
 * door maps to a status, `details` is plain JSON that may be shown to the caller: never secrets or internals.
 */
export abstract class AppError extends Error {
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, details: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.details = details;
  }
}

/** An input that cannot be accepted as it is. Nothing was done; sending it again corrected is safe. */
export class InvalidInputError extends AppError {
  readonly code: string = 'INVALID_INPUT';
  readonly kind = 'invalid';
  readonly issues: readonly Issue[];

  constructor(
    issues: readonly Issue[],
    message = issues.map((issue) => (issue.path ? `${issue.path}: ${issue.message}` : issue.message)).join('; '),
  ) {
    super(message, { issues });
    this.issues = issues;
  }
}

/** The message of whatever was thrown, for logs and events. */
export function messageOf(error: unknown): string {
  return types.isNativeError(error) ? error.message : String(error);
}

/** Node's `code` of a system error (`ENOSPC`, `EACCES` …), or undefined. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!types.isNativeError(error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
