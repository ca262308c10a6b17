import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface HttpCall {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** A response whose body has not been read yet. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: IncomingMessage;
}

/**
 * One HTTP exchange over its own socket, resolved when the headers are there. Unlike fetch it knows no time limit but
 * the signal: a model that reads a long prompt for ten minutes is waited for. An abort destroys the socket at once,
 * before the headers too, and rejects (or ends the body) with the signal's reason. Redirects are answers like any other.
 */
export function httpCall({ url, method = 'GET', headers = {}, body, signal }: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      // A kept socket may be closed by the server just when it is used again.
      agent: false,
    });
    let answered: IncomingMessage | undefined;
    const onAbort = () => {
      answered?.destroy(signal?.reason as Error);
      request.destroy(signal?.reason as Error);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    request.once('close', () => signal?.removeEventListener('abort', onAbort));
    request.once('error', (error) => reject(signal?.aborted ? (signal.reason as Error) : error));
    request.once('response', (response) => {
      // Whoever reads the body gets its errors; until then one must not bring the process down.
      response.on('error', () => undefined);
      answered = response;
      resolve({ status: response.statusCode ?? 0, headers: plainHeaders(response), body: response });
    });
    request.end(body);
  });
}

/** The body as text; rejects when it is longer than `maxBytes` or breaks off. */
export async function readText(answer: HttpAnswer, maxBytes = 4 * 1024 * 1024): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the response is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Retry-After in milliseconds: seconds or an HTTP date; null where there is none. */
export function retryAfterMsOf(headers: Readonly<Record<string, string>>, now = Date.now()): number | null {
  const value = headers['retry-after']?.trim();
  if (!value) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function plainHeaders(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
