import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Configuration } from '../kernel/configuration.ts';
import { isLoopbackHost, isSameOrigin } from '../kernel/loopback.ts';
import { identify, localCaller, redactorOf } from '../policy/index.ts';
import { HostRefusedError, MediaTypeError, OriginRefusedError } from './api.errors.ts';
import { setUpDocumentation } from './open-api.adapter.ts';
import { ProblemFilter } from './problem.filter.ts';
import { RouteTable } from './route-table.ts';

const answerHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

/** Puts on the application what holds for every route: who may ask, one shape of errors, documentation. Call before init. */
export function configureApi(app: NestFastifyApplication, configuration: Configuration): void {
  const routes = new RouteTable();
  const filter = new ProblemFilter(routes, configuration.BODY_MAX_BYTES, redactorOf(configuration));
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers({ ...answerHeaders, 'x-correlation-id': request.id });
    const refusal = refusalOf(request);
    // Answered here: an error passed on would not reach the filter from the routes of the documentation.
    if (refusal) return filter.answer(refusal, request, reply);
    identify(request.raw, localCaller);
    done();
  });
  app.useGlobalFilters(filter);
  setUpDocumentation(app);
}

function refusalOf(request: FastifyRequest): Error | null {
  const { host, origin, 'content-type': contentType, 'content-length': length } = request.headers;
  if (!isLoopbackHost(host, request.socket.localPort ?? 0)) return new HostRefusedError(host ?? '');
  if (!isSameOrigin(origin, host ?? '')) return new OriginRefusedError(origin ?? '');
  const hasBody = (length !== undefined && length !== '0') || request.headers['transfer-encoding'] !== undefined;
  // Only JSON: the other types are those that a form of a foreign page can send without being asked first.
  if (hasBody && !/^application\/json\s*(;|$)/i.test(contentType ?? '')) return new MediaTypeError(contentType ?? '');
  return null;
}
