import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const ID_BYTES = 8;
const RANDOM_BYTES = 32;
const form = /^tlk_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

/** A key and what is kept of it. `key` is for its owner's eyes, once. */
export interface NewKey {
  /** Names the key in lists and logs; says nothing of the rest. */
  readonly id: string;
  /** `tlk_<id>_<random>`, with 256 random bits. */
  readonly key: string;
  readonly hash: string;
}

export function newKey(): NewKey {
  const id = randomBytes(ID_BYTES).toString('hex');
  const key = `tlk_${id}_${randomBytes(RANDOM_BYTES).toString('base64url')}`;
  return { id, key, hash: hashOfKey(key) };
}

/** The id in a key; null for what is not written as one. Whether it is one, only its hash tells. */
export function keyIdIn(text: string): string | null {
  return form.exec(text)?.[1] ?? null;
}

/** SHA-256 in hex. No salt and no slow hash: nobody guesses 256 random bits. */
export function hashOfKey(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether a text is the key of this hash, in a time that says nothing of where they differ. */
export function isKeyOf(hash: string, text: string): boolean {
  const expected = Buffer.from(hash, 'hex');
  const given = createHash('sha256').update(text).digest();
  return expected.length === given.length && timingSafeEqual(expected, given);
}
