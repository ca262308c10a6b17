import { AppError } from '../kernel/errors.ts';
import type { Role } from '../kernel/roles.ts';
import type { NeededRoles } from './role.ts';

/** Nobody has said who asks, where this has to be known. */
export class KeyMissingError extends AppError {
  readonly code = 'ACCESS_KEY_MISSING';
  readonly kind = 'denied';

  constructor() {
    super('This server wants a key: send it as `Authorization: Bearer <key>`, over a socket as `token` in its auth.');
  }
}

/** A key or token was shown that is unknown, revoked, expired or not made for this server; which of these is not said. */
export class KeyRefusedError extends AppError {
  readonly code = 'ACCESS_KEY_REFUSED';
  readonly kind = 'denied';

  constructor() {
    super('The key is not known here, or no longer valid: ask an admin for another (taskloom keys create).');
  }
}

/** Who asks is known and may not do this. */
export class RoleDeniedError extends AppError {
  readonly code = 'ACCESS_ROLE_DENIED';
  readonly kind = 'denied';

  constructor(role: Role, needed: NeededRoles) {
    super(`A key of role ${role} is not enough: this needs ${needed.join(' or ')}.`, { role, needed });
  }
}

/** A route or message that says nothing of who may use it: the start fails, so that nothing is open by oversight. */
export class RoleUndeclaredError extends AppError {
  readonly code = 'ACCESS_ROLE_UNDECLARED';
  readonly kind = 'internal';

  constructor(readonly handlers: readonly string[]) {
    super(`Nothing says who may use ${handlers.join(', ')}: put NeedsRole or OpenToAll on each.`, { handlers });
  }
}

export class KeyNotFoundError extends AppError {
  readonly code = 'ACCESS_KEY_UNKNOWN';
  readonly kind = 'notFound';

  constructor(id: string) {
    super(`There is no key ${JSON.stringify(id)}: GET /keys lists those there are.`, { id });
  }
}

export class TooManyKeysError extends AppError {
  readonly code = 'ACCESS_KEY_LIMIT';
  readonly kind = 'limit';

  constructor(max: number) {
    super(`There are ${max} valid keys, the most there may be: revoke some.`, { max });
  }
}

/** What the key was shown for has ended with it: a live connection, or an answer that was still being sent. */
export class KeyEndedError extends AppError {
  readonly code = 'ACCESS_KEY_ENDED';
  readonly kind = 'denied';

  constructor() {
    super('The key of this connection was revoked or has expired: connect again with another.');
  }
}

/** The caller asks faster than it may. Nothing was done: ask again later. */
export class RateLimitedError extends AppError {
  readonly code = 'ACCESS_RATE_LIMITED';
  readonly kind = 'limit';

  constructor(perSecond: number, retryAfterMs: number) {
    super(`More than ${perSecond} requests a second: ask again in ${retryAfterMs} ms.`, { perSecond, retryAfterMs });
  }
}
