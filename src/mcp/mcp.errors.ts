import { AppError } from '../kernel/errors.ts';

/** What came is no message of the protocol: nothing was done. */
export class NoMessageError extends AppError {
  readonly code = 'MCP_NO_MESSAGE';
  readonly kind = 'invalid';

  constructor(reason: string) {
    super(`This is no message of the protocol: ${reason}.`, { reason });
  }
}

/** The session is unknown here: it was ended, was idle for too long, or the server has started anew. */
export class SessionNotFoundError extends AppError {
  readonly code = 'MCP_SESSION_NOT_FOUND';
  readonly kind = 'notFound';

  constructor() {
    super('There is no such session (any more): initialize a new one.');
  }
}

export class SessionMissingError extends AppError {
  readonly code = 'MCP_SESSION_MISSING';
  readonly kind = 'invalid';

  constructor() {
    super(
      'The request names no session: send the Mcp-Session-Id that initialize was answered with, or speak protocol 2026-07-28, which has no sessions.',
    );
  }
}

/** As many sessions are at work as may be. */
export class TooManySessionsError extends AppError {
  readonly code = 'MCP_TOO_MANY_SESSIONS';
  readonly kind = 'unavailable';

  constructor(max: number) {
    super(`${max} sessions are at work, the most that MCP_MAX_SESSIONS allows: try again in a moment.`, { max });
  }
}
