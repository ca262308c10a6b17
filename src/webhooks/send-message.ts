import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { messageOf } from '../kernel/errors.ts';
import { type AllowedNetworks, guardedLookup, literalAddress, mayReach } from './outgoing-address.ts';
import { AddressRefusedError } from './webhooks.errors.ts';

/** What a receiver may answer at the most; it is not read for its content. */
const MAX_ANSWER_BYTES = 65_536;

export interface SendOptions {
  readonly allowed: AllowedNetworks;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** `error` is null where the receiver took the message. */
export interface Sent {
  readonly statusCode: number | null;
  readonly error: string | null;
}

/**
 * Posts JSON to a URL: follows no redirect, goes to no address inside a network that is not allowed, whatever its name
 * resolves to at that moment, and takes no longer than the time. Never rejects, but for an aborted signal.
 */
export async function sendMessage(
  url: URL,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  { allowed, timeoutMs, signal }: SendOptions,
): Promise<Sent> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const literal = literalAddress(url.hostname);
    if (literal !== null && !mayReach(literal, allowed)) throw new AddressRefusedError(url.hostname, literal);
    const statusCode = await post(url, headers, body, {
      lookup: guardedLookup(allowed),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const isTaken = statusCode >= 200 && statusCode < 300;
    const isRedirect = statusCode >= 300 && statusCode < 400;
    const refusal = isRedirect ? 'answered with a redirect, which is not followed' : 'was not taken';
    return { statusCode, error: isTaken ? null : `${refusal} (${statusCode})` };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { statusCode: null, error: timeout.aborted ? `no answer within ${timeoutMs} ms` : messageOf(error) };
  }
}

function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: { readonly lookup: ReturnType<typeof guardedLookup>; readonly signal: AbortSignal },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sending = request(url, {
      method: 'POST',
      // A connection of its own: a kept one would go to an address that nobody has checked for this message.
      agent: false,
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      ...options,
    });
    sending.once('error', reject);
    sending.once('response', (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) answer.destroy(new Error(`it answers with more than ${MAX_ANSWER_BYTES} bytes`));
      });
      answer.once('error', reject);
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    sending.end(body);
  });
}
