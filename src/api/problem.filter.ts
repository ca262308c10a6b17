import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Redactor } from '../kernel/redactor.ts';
import { type Access, bearerTokenOf, doorOf } from '../policy/index.ts';
import { BodyTooLargeError, MethodNotAllowedError, RouteNotFoundError } from './api.errors.ts';
import { answerOf, failureOf } from './problem.ts';
import type { RouteTable } from './route-table.ts';

/** Answers every error of the REST door as problem details; only what is our own fault is logged. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Api');

  constructor(
    private readonly routes: RouteTable,
    private readonly bodyMaxBytes: number,
    private readonly redactor: Redactor,
    private readonly access: Access,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const failure = failureOf(this.named(error, request));
    this.access.refused(error, {
      request: request.raw,
      token: bearerTokenOf(request.raw.headers),
      door: doorOf(request.raw),
      what: `${request.method} ${request.routeOptions.url ?? '(no such route)'}`,
    });
    if (failure.status >= 500 && failure.status !== 503) {
      this.logger.error({ err: error, correlationId: request.id }, `${request.method} ${pathOf(request)} failed`);
    }
    // The head of a stream is out already: all that is left is to break it off, so that nobody takes it for complete.
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const { headers, body } = answerOf(failure, pathOf(request), request.id, this.redactor);
    void reply.status(failure.status).headers(headers).send(body);
  }

  /** Says more than the framework does: of unknown paths, wrong methods and bodies that are too large. */
  private named(error: unknown, request: FastifyRequest): unknown {
    if (error instanceof HttpException && error.getStatus() === 413) {
      const length = Number(request.headers['content-length']);
      return new BodyTooLargeError(length > this.bodyMaxBytes ? length : null, this.bodyMaxBytes);
    }
    if (!(error instanceof NotFoundException)) return error;
    const path = pathOf(request);
    const allowed = this.routes.methodsAt(path);
    return allowed.length > 0 && !allowed.includes(request.method)
      ? new MethodNotAllowedError(request.method, path, allowed)
      : new RouteNotFoundError(request.method, path);
  }
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}
