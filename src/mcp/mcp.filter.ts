import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access, bearerTokenOf } from '../policy/index.ts';
import { answerFailure } from './answer-failure.ts';
import { jsonRpcFailureOf } from './json-rpc-answer.ts';
import { messageIdOf, methodOf, toolOf } from './message-guard.ts';

/** A name that there is not is the caller's own text. */
const MAX_NAME = 100;

/** Answers what the protocol library never saw, or could not answer, as JSON-RPC; only what is our own fault is logged. */
@Catch()
export class McpFilter implements ExceptionFilter {
  private readonly logger = new Logger('Mcp');

  constructor(private readonly access: Access) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { raw, body } = request;
    const what = [methodOf(body), toolOf(body)].filter((name) => typeof name === 'string').join(' ');
    const token = bearerTokenOf(raw.headers);
    this.access.refused(error, { request: raw, token, door: 'mcp', what: what.slice(0, MAX_NAME) });
    const failure = jsonRpcFailureOf(error, messageIdOf(request.body));
    if (failure.status === 500) this.logger.error({ err: error, correlationId: request.id }, 'A request failed');
    answerFailure(http.getResponse<FastifyReply>(), failure);
  }
}
