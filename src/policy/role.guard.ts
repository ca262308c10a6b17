import type { IncomingMessage } from 'node:http';
import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { authorize } from './authorize.ts';
import { RoleUndeclaredError } from './policy.errors.ts';
import { type Principal, principalOf } from './principal.ts';
import type { NeededRoles } from './role.ts';

const NEEDED = 'taskloom:needed-roles';
const openToAll = 'open';

type Marked = object | undefined;

/** On a route, a socket message or a whole class of them: who may use it. What stands at the method counts before the class. */
export const NeedsRole = (...needed: NeededRoles) => SetMetadata(NEEDED, needed);

/** On what may be used by anybody, also without a key. */
export const OpenToAll = () => SetMetadata(NEEDED, openToAll);

/** What NeedsRole or OpenToAll has put on a handler or else its class; undefined where neither has. */
export function neededRolesOf(handler: Marked, owner: Marked): NeededRoles | 'open' | undefined {
  for (const marked of [handler, owner]) {
    const found: unknown = marked && Reflect.getMetadata(NEEDED, marked);
    if (found !== undefined) return found as NeededRoles | 'open';
  }
  return undefined;
}

/**
 * Lets through who may: over REST and sockets alike, for every handler, and nobody where nothing says who. Throws
 * KeyMissingError, RoleDeniedError and RoleUndeclaredError.
 */
@Injectable()
export class RoleGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const needed = neededRolesOf(context.getHandler(), context.getClass());
    if (needed === undefined) throw new RoleUndeclaredError([nameOf(context)]);
    if (needed !== openToAll) authorize(principalOf(requestOf(context)), needed);
    return true;
  }
}

/** In a handler's parameters: who asks. Undefined only where the handler is open to all and no key was shown. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Principal | undefined =>
  principalOf(requestOf(context)),
);

/** Node's own request: of a socket the one that it began with. */
function requestOf(context: ExecutionContext): IncomingMessage {
  if (context.getType() === 'ws')
    return context.switchToWs().getClient<{ readonly request: IncomingMessage }>().request;
  return context.switchToHttp().getRequest<{ readonly raw: IncomingMessage }>().raw;
}

function nameOf(context: ExecutionContext): string {
  return `${context.getClass().name}.${context.getHandler().name}`;
}
