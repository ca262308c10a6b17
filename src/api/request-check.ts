import type { IncomingMessage } from 'node:http';
import type { Configuration } from '../kernel/configuration.ts';
import { isOwnHost, isOwnOrigin } from '../kernel/hosts.ts';
import { HostRefusedError, MediaTypeError, OriginRefusedError, TooManyHeadersError } from './api.errors.ts';

const MAX_HEADERS = 100;

export type OriginRules = Pick<Configuration, 'ALLOWED_HOSTS' | 'CORS_ORIGINS'>;

/** Why a request is refused before anybody asks what it wants: its headers, its host, its origin, the type of its body. */
export function refusalOf(
  request: IncomingMessage,
  { ALLOWED_HOSTS = [], CORS_ORIGINS = [] }: OriginRules,
): Error | null {
  const { host, origin, 'content-type': contentType, 'content-length': length } = request.headers;
  const headers = request.rawHeaders.length / 2;
  if (headers > MAX_HEADERS) return new TooManyHeadersError(headers, MAX_HEADERS);
  // Of several names Node shows the first, and a proxy may have gone by another.
  const names = request.headersDistinct.host ?? [];
  if (names.length !== 1 || !isOwnHost(host, request.socket, ALLOWED_HOSTS))
    return new HostRefusedError(names.join(', '));
  if (!isOwnOrigin(origin, host ?? '', ALLOWED_HOSTS, CORS_ORIGINS)) return new OriginRefusedError(origin ?? '');
  const hasBody = (length !== undefined && length !== '0') || request.headers['transfer-encoding'] !== undefined;
  // Only JSON: the other types are those that a form of a foreign page can send without being asked first.
  if (hasBody && !/^application\/json\s*(;|$)/i.test(contentType ?? '')) return new MediaTypeError(contentType ?? '');
  return null;
}

const PREFLIGHT_SECONDS = 600;

/** What a page of an allowed origin is told (https://fetch.spec.whatwg.org/#http-cors-protocol). Cookies are never asked for. */
export function corsHeadersOf(
  { headers, method }: Pick<IncomingMessage, 'headers' | 'method'>,
  { CORS_ORIGINS = [] }: OriginRules,
): { readonly headers: Readonly<Record<string, string>>; readonly isPreflight: boolean } {
  const { origin = '' } = headers;
  if (CORS_ORIGINS.length === 0) return { headers: {}, isPreflight: false };
  if (!CORS_ORIGINS.includes(origin)) return { headers: { vary: 'origin' }, isPreflight: false };
  const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
  const always = { vary: 'origin', 'access-control-allow-origin': origin };
  if (!isPreflight) {
    return {
      headers: {
        ...always,
        'access-control-expose-headers':
          'idempotent-replayed, location, mcp-session-id, retry-after, www-authenticate, x-correlation-id',
      },
      isPreflight,
    };
  }
  return {
    headers: {
      ...always,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers':
        'accept, authorization, content-type, idempotency-key, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, x-correlation-id, x-submitter',
      'access-control-max-age': String(PREFLIGHT_SECONDS),
    },
    isPreflight,
  };
}
