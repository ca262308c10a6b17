import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { SecretNotIntactError, WebhookKeyError } from './webhooks.errors.ts';

/** What secrets are sealed with. The id tells keys apart and nothing of the key. */
export interface SealingKey {
  readonly id: string;
  readonly key: Buffer;
}

const PREFIX = 'sealed';
const VERSION = 'v1';
const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** As NIST SP 800-38D has it for random ones; a key seals far fewer than 2^32 secrets. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The key that follows from a text of at least 32 random bytes. */
export function sealingKeyOf(text: string): SealingKey {
  const key = Buffer.from(hkdfSync('sha256', text, '', 'taskloom webhook secrets', KEY_BYTES));
  return { id: createHash('sha256').update(key).digest('hex').slice(0, 16), key };
}

/** Of the key that it is sealed with; null for a secret in the clear. */
export function keyIdIn(stored: string): string | null {
  const [prefix, , id = ''] = stored.split(':');
  return prefix === PREFIX ? id : null;
}

/** `sealed:v1:<id of the key>:<IV, tag and ciphertext in Base64url>`, good for this webhook alone. */
export function seal({ id, key }: SealingKey, secret: string, webhookId: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(webhookId));
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return [PREFIX, VERSION, id, Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')].join(':');
}

/**
 * The secret. Throws WebhookKeyError where none of the keys is that which it was sealed with, and SecretNotIntactError
 * where it was changed, or stood at another webhook.
 */
export function unseal(keys: readonly SealingKey[], sealed: string, webhookId: string): string {
  const [, version, id = '', data = ''] = sealed.split(':');
  const found = keys.find((each) => each.id === id);
  if (version !== VERSION) throw new SecretNotIntactError(webhookId);
  if (!found) throw new WebhookKeyError(webhookId, id);
  const bytes = Buffer.from(data, 'base64url');
  try {
    const decipher = createDecipheriv(ALGORITHM, found.key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(webhookId));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    throw new SecretNotIntactError(webhookId);
  }
}
