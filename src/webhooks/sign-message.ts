import { createHmac, randomBytes } from 'node:crypto';

// The scheme of Standard Webhooks (https://www.standardwebhooks.com).

const PREFIX = 'whsec_';
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/** A new secret: `whsec_` and 32 random bytes in Base64. */
export function newSecret(): string {
  return `${PREFIX}${randomBytes(32).toString('base64')}`;
}

/** What is wrong with a secret that somebody gives, or null. */
export function secretProblem(secret: string): string | null {
  const key = keyOf(secret);
  const isExact = secret.startsWith(PREFIX) && key.toString('base64') === secret.slice(PREFIX.length);
  if (isExact && key.length >= MIN_BYTES && key.length <= MAX_BYTES) return null;
  return `must be ${PREFIX} and ${MIN_BYTES} to ${MAX_BYTES} bytes in Base64`;
}

/** The headers that prove to a receiver who sent these bytes, when (seconds since 1970), and that nobody changed them. */
export function signedHeaders(
  secret: string,
  { id, timestamp, body }: { readonly id: string; readonly timestamp: number; readonly body: string },
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}
