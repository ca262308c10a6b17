import { InvalidInputError } from '../kernel/errors.ts';

/** Reads an Idempotency-Key header: absent, or 1 to 255 visible ASCII characters. */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new InvalidInputError([
    { path: 'Idempotency-Key', message: 'give 1 to 255 visible ASCII characters without spaces, such as a UUID' },
  ]);
}
