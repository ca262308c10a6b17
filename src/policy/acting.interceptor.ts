import type { IncomingMessage } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { actingAs, type Actor } from '../kernel/acting.ts';
import { doorOf } from './door-of.ts';
import { actorOf, principalOf } from './principal.ts';

/** Has every route and socket message run in the name of its caller, so that the events that come of it tell who it was. */
@Injectable()
export class ActingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const actor = context.getType() === 'ws' ? ofMessage(context) : ofRequest(context);
    if (!actor) return next.handle();
    return from(actingAs(actor, () => lastValueFrom(next.handle(), { defaultValue: undefined })));
  }
}

function ofMessage(context: ExecutionContext): Actor | null {
  const principal = principalOf(context.switchToWs().getClient<{ readonly request: object }>().request);
  return principal ? actorOf(principal, 'socket', null) : null;
}

function ofRequest(context: ExecutionContext): Actor | null {
  const { raw, id } = context.switchToHttp().getRequest<{ readonly raw: IncomingMessage; readonly id: string }>();
  const principal = principalOf(raw);
  return principal ? actorOf(principal, doorOf(raw), id) : null;
}
