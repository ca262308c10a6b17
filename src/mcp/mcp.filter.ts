import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerFailure } from './answer-failure.ts';
import { jsonRpcFailureOf } from './json-rpc-answer.ts';
import { messageIdOf } from './message-guard.ts';

/** Answers what the protocol library never saw, or could not answer, as JSON-RPC; only what is our own fault is logged. */
@Catch()
export class McpFilter implements ExceptionFilter {
  private readonly logger = new Logger('Mcp');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const failure = jsonRpcFailureOf(error, messageIdOf(request.body));
    if (failure.status === 500) this.logger.error({ err: error, correlationId: request.id }, 'A request failed');
    answerFailure(http.getResponse<FastifyReply>(), failure);
  }
}
