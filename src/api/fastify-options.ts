import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { FastifyHttpOptions, FastifyReply } from 'fastify';
import type { Configuration } from '../kernel/configuration.ts';
import { newId } from '../kernel/ids.ts';
import { NoRedactor, type Redactor } from '../kernel/redactor.ts';
import { redactorOf } from '../policy/index.ts';
import { answerOf, type Failure, failureOf } from './problem.ts';

/** A percent-encoded task id is at most 3 x 256 bytes, a path in a workspace 3 x 1,024. */
const MAX_PARAMETER_CHARS = 4096;
/** Of the time that a client may take to send its request, what its headers may take. The answer may take longer than both. */
const HEADERS_SHARE = 0.25;
const MAX_LOOK_INTERVAL_MS = 5000;
const MAX_HEADER_BYTES = 16_384;
const correlationIdForm = /^[\w.:@/+=-]{1,128}$/;

/** How Fastify is to be made for the REST door: limits, and one correlation id per request. */
export function fastifyOptions(configuration: Configuration): FastifyHttpOptions<Server> {
  const redactor = redactorOf(configuration);
  const requestTimeout = configuration.REQUEST_TIMEOUT_MS;
  return {
    bodyLimit: configuration.BODY_MAX_BYTES,
    genReqId: (request) => correlationIdOf(request, redactor),
    // Both come before there is a route whose filter could answer: a path that cannot be decoded, and what is no HTTP.
    frameworkErrors: (error, request, reply: FastifyReply) => {
      const path = request.url.split('?', 1)[0] ?? '/';
      const { headers, body } = answerOf(failureOf(error), path, request.id, redactor);
      void reply
        .status(error.statusCode ?? 400)
        .headers(headers)
        .send(body);
    },
    clientErrorHandler: (error, socket) => {
      if (error.code !== 'ECONNRESET' && socket.writable) socket.end(rawAnswer(error.code));
      socket.destroySoon();
    },
    requestTimeout,
    http: {
      headersTimeout: requestTimeout * HEADERS_SHARE,
      // By default a slow client is found out only after half a minute more.
      connectionsCheckingInterval: Math.min(MAX_LOOK_INTERVAL_MS, requestTimeout * HEADERS_SHARE),
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    routerOptions: { maxParamLength: MAX_PARAMETER_CHARS },
  };
}

/** The caller's correlation id if it is harmless in headers and logs and no key, else a new one. */
function correlationIdOf({ headers }: Pick<IncomingMessage, 'headers'>, redactor: Redactor): string {
  const given = headers['x-correlation-id'];
  return typeof given === 'string' && correlationIdForm.test(given) && !redactor.holdsSecret(given) ? given : newId();
}

/** What Node's HTTP parser refuses, by its code; everything else is 400. */
const parserFailures: Readonly<Record<string, { readonly status: number; readonly detail: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'The headers are too large: send fewer or shorter ones.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'The request did not arrive in time: send it again.' },
};

function rawAnswer(code = 'API_BAD_REQUEST'): string {
  const { status, detail } = parserFailures[code] ?? { status: 400, detail: 'This is no HTTP/1.1 request.' };
  const failure: Failure = { status, code, detail, errors: [], details: {}, headers: {} };
  const { headers, body } = answerOf(failure, '', newId(), new NoRedactor());
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
