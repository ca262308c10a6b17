/** One thing that is wrong with a request: where it stands and what would be right. */
export interface RequestIssue {
  readonly path: string;
  readonly message: string;
}

export interface ErrorFacts {
  readonly status?: number | null;
  readonly errors?: readonly RequestIssue[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly correlationId?: string | null;
  readonly retryAfterMs?: number | null;
}

/** The server has refused. `code` is stable (docs/errors.md); the message says what to do. */
export class TaskloomError extends Error {
  readonly code: string;
  /** HTTP status; null when it was said over the socket. */
  readonly status: number | null;
  /** What is wrong where; empty when the request as a whole is. */
  readonly errors: readonly RequestIssue[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly correlationId: string | null;
  /** When to try again, where the server says so. */
  readonly retryAfterMs: number | null;

  constructor(code: string, message: string, facts: ErrorFacts = {}) {
    super(message);
    this.name = 'TaskloomError';
    this.code = code;
    this.status = facts.status ?? null;
    this.errors = facts.errors ?? [];
    this.details = facts.details ?? {};
    this.correlationId = facts.correlationId ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

/** The server could not be reached, or did not answer as a Taskloom server does. Nothing is known of what was asked. */
export class ConnectionError extends Error {
  constructor(
    readonly url: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`No Taskloom server answers at ${url}: ${reason}. Start one, or say where it is.`, options);
    this.name = 'ConnectionError';
  }
}
