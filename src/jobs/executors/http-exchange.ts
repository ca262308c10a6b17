import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AppError, messageOf } from '../../kernel/errors.ts';
import { HttpFailedError } from '../jobs.errors.ts';
import { guardedLookup, type Reachable, refuseLiteral } from './public-address.ts';

export interface HttpExchange {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** Of the body that comes back; more rejects. */
  readonly maxBytes: number;
  readonly isReachable: Reachable;
  readonly signal: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * One request and its whole reply, over a connection of its own. Rejects with AddressDeniedError, HttpFailedError, or the
 * reason of the signal; redirects are replies like any other.
 */
export async function exchange(call: HttpExchange): Promise<HttpReply> {
  call.signal.throwIfAborted();
  refuseLiteral(call.url.hostname, call.isReachable);
  try {
    const response = await send(call);
    const body = await readBody(response, call);
    return { status: response.statusCode ?? 0, headers: plainHeaders(response), body };
  } catch (error) {
    call.signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new HttpFailedError(call.url.href, messageOf(error), { cause: error });
  }
}

function send({ url, method, headers, body, isReachable, signal }: HttpExchange): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method,
      headers: {
        'user-agent': 'taskloom',
        accept: '*/*',
        ...headers,
        'accept-encoding': 'identity',
        ...(body === null ? {} : { 'content-length': body.length }),
      },
      agent: false,
      signal,
      lookup: guardedLookup(isReachable),
    });
    request.once('error', reject);
    request.once('response', resolve);
    request.end(body ?? undefined);
  });
}

async function readBody(response: IncomingMessage, { url, maxBytes }: HttpExchange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      response.destroy();
      throw new HttpFailedError(url.href, `it sends more than ${maxBytes} bytes; maxBytes says how many may come`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function plainHeaders(response: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
