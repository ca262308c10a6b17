import type { IncomingMessage } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { actingAs, type Actor, type Door } from '../kernel/acting.ts';
import { actorOf, principalOf } from './principal.ts';

const MCP_PATH = /^\/mcp(?:[/?]|$)/;
/** What our own terminal client calls itself: its own word, and good for nothing but telling doors apart. */
const CLI_AGENT = /^taskloom-cli\//;

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

function doorOf({ url = '/', headers }: IncomingMessage): Door {
  if (MCP_PATH.test(url)) return 'mcp';
  return CLI_AGENT.test(headers['user-agent'] ?? '') ? 'cli' : 'rest';
}
