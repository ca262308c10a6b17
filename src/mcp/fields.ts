import { z } from 'zod';

// The pieces that the inputs of tools are made of: each says what it is, and refuses what the services could not keep.

interface TextOptions {
  /** Most characters (UTF-16 code units); default: no limit but that of the body. */
  readonly max?: number;
  readonly mayBeEmpty?: boolean;
}

const MAX_ID_BYTES = 256;
const MAX_METADATA = 64;
const MAX_METADATA_CHARS = 1024;

/** Well-formed Unicode that is not blank, unless it may be. */
export function text(description: string, { max, mayBeEmpty = false }: TextOptions = {}): z.ZodString {
  const wellFormed = (max === undefined ? z.string() : z.string().max(max)).refine(
    (value) => value.isWellFormed(),
    'holds half of a surrogate pair, which is no character',
  );
  return (mayBeEmpty ? wellFormed : wellFormed.refine((value) => /\S/.test(value), 'is blank')).describe(description);
}

export function wholeNumber(description: string, min: number, max: number = Number.MAX_SAFE_INTEGER): z.ZodNumber {
  return z.int().min(min).max(max).describe(description);
}

/** Names a task that there is. */
export function taskId(description = 'The task'): z.ZodString {
  return text(description, { max: MAX_ID_BYTES });
}

/** An id that the caller chooses: also an id that URLs can name. */
export function newTaskId(): z.ZodString {
  return text('Your own id for it: at most 256 bytes of UTF-8. Default: a new UUID').refine((value) => {
    if (value === '.' || value === '..' || /\p{Cc}/u.test(value)) return false;
    return Buffer.byteLength(value.normalize('NFC')) <= MAX_ID_BYTES;
  }, 'must have at most 256 bytes of UTF-8 and no control characters, and be neither "." nor ".."');
}

/** Strings that are kept and given back. */
export function metadata() {
  return z
    .record(z.string().max(MAX_METADATA_CHARS), z.string().max(MAX_METADATA_CHARS))
    .refine((entries) => Object.keys(entries).length <= MAX_METADATA, `has more than ${MAX_METADATA} entries`)
    .describe('Strings that are kept and given back: at most 64, of 1,024 characters');
}

/** How long a call may wait for news. Clients give up after a minute, so it never comes near to that. */
export const MAX_WAIT_MS = 50_000;
export const DEFAULT_WAIT_MS = 25_000;

export function waitMs(description: string): z.ZodNumber {
  return wholeNumber(description, 0, MAX_WAIT_MS);
}
