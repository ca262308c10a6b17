import { Readable } from 'node:stream';
import { httpCall } from './http-call.ts';

/**
 * fetch without its time limits (it gives up on a silent server after 300 seconds) and without following redirects:
 * for servers that read a long prompt before they say a word.
 */
export const patientFetch: typeof fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  const answer = await httpCall({
    url,
    method: init?.method === 'GET' ? 'GET' : 'POST',
    headers: Object.fromEntries(new Headers(init?.headers)),
    body: typeof init?.body === 'string' ? init.body : undefined,
    signal: init?.signal ?? undefined,
  });
  const body = [204, 205, 304].includes(answer.status) ? null : Readable.toWeb(answer.body);
  return new Response(body, { status: answer.status, headers: answer.headers });
};
