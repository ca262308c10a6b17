import type { IncomingMessage } from 'node:http';
import type { FastifyServerOptions } from 'fastify';
import type { Configuration } from '../kernel/configuration.ts';
import { newId } from '../kernel/ids.ts';

/** A percent-encoded task id is at most 3 x 256 bytes, a path in a workspace 3 x 1,024. */
const MAX_PARAMETER_CHARS = 4096;
/** Longest time a client may take to send its request; the answer may take longer. */
const RECEIVE_TIMEOUT_MS = 60_000;
const correlationIdForm = /^[\w.:@/+=-]{1,128}$/;

/** How Fastify is to be made for the REST door: limits, and one correlation id per request. */
export function fastifyOptions(configuration: Configuration): FastifyServerOptions {
  return {
    bodyLimit: configuration.BODY_MAX_BYTES,
    genReqId: correlationIdOf,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAMETER_CHARS },
  };
}

/** The caller's correlation id if it is harmless in headers and logs, else a new one. */
function correlationIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-correlation-id'];
  return typeof given === 'string' && correlationIdForm.test(given) ? given : newId();
}
