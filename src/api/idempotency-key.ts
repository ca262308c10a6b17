import type { FastifyReply, FastifyRequest } from 'fastify';
import { InvalidInputError } from '../kernel/errors.ts';
import { principalOf } from '../policy/index.ts';
import type { Once } from '../tasks/index.ts';
import { readSubmitter } from './submitter.ts';

/** The header of an answer that is that of an earlier request. */
export const REPLAYED_HEADER = 'Idempotent-Replayed';

/** Reads an Idempotency-Key header: absent, or 1 to 255 visible ASCII characters. */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new InvalidInputError([
    { path: 'Idempotency-Key', message: 'give 1 to 255 visible ASCII characters without spaces, such as a UUID' },
  ]);
}

/** How a request is made safe to repeat: its key holds for its caller and submitter, and for what was asked of which thing. */
export function onceOf(request: FastifyRequest, reply: FastifyReply): Once {
  const { headers, method, routeOptions, params } = request;
  const idempotencyKey = readIdempotencyKey(headers['idempotency-key']);
  if (idempotencyKey === undefined) return {};
  const submitter = readSubmitter(headers['x-submitter']);
  const caller = principalOf(request.raw);
  return {
    idempotencyKey,
    scope: JSON.stringify([caller?.keyId ?? caller?.name ?? '', submitter ?? '', method, routeOptions.url, params]),
    onRepeat: () => void reply.header(REPLAYED_HEADER, 'true'),
  };
}
