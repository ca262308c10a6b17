import { InvalidInputError } from '../kernel/errors.ts';

/** Reads an X-Submitter header: absent, or 1 to 100 visible ASCII characters. */
export function readSubmitter(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,100}$/.test(header)) return header;
  throw new InvalidInputError([
    { path: 'X-Submitter', message: 'give 1 to 100 visible ASCII characters without spaces, such as nightly-build' },
  ]);
}
