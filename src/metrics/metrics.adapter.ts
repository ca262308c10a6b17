import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Metrics } from './metrics.ts';
import { type DoorCounts, doorReadings } from './reading-sources.ts';

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const statusClasses = { 1: '1xx', 2: '2xx', 3: '3xx', 4: '4xx', 5: '5xx' } as const;

/** Has every request measured, and the doors asked for what they hold open. Call before init. */
export function configureMetrics(app: NestFastifyApplication, doors: () => DoorCounts): void {
  const metrics = app.get(Metrics);
  metrics.read(doorReadings(doors));
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', (request, reply, done) => {
      measure(metrics, request, reply);
      done();
    });
}

function measure({ instruments }: Metrics, { method, routeOptions }: FastifyRequest, reply: FastifyReply): void {
  // A stream lasts as long as somebody listens, which says nothing of the server.
  const contentType = reply.getHeader('content-type') ?? reply.raw.getHeader('content-type');
  if (String(contentType).startsWith('text/event-stream')) return;
  const labels = {
    method: methods.has(method) ? method : 'other',
    route: routeOptions.url ?? 'none',
    status: statusClasses[Math.floor(reply.statusCode / 100) as keyof typeof statusClasses] ?? '5xx',
  };
  instruments.observe('http_request_duration_seconds', labels, reply.elapsedTime / 1000);
}
