import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** A request exactly as it is given, with its headers and path as they are. */
export function raw(
  url: string,
  method: string,
  path: string,
  { headers = {}, body = '' }: { readonly headers?: Record<string, string | string[]>; readonly body?: string } = {},
): Promise<Reply> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      { hostname, port, method, path, headers: { connection: 'close', ...headers } },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += String(chunk)));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** JSON over REST, as an honest client sends it but for what the test changes. */
export function send(
  url: string,
  method: string,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return raw(url, method, path, { headers: { 'content-type': 'application/json', ...headers }, body });
}

/** A bare TCP connection: what is written as it is. Resolves with all that came back once the other side has closed. */
export function tcp(
  url: string,
  write: (say: (text: string) => void, gone: AbortSignal) => void | Promise<void>,
): Promise<{ readonly text: string; readonly ms: number }> {
  const startedAt = performance.now();
  const gone = new AbortController();
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), new URL(url).hostname);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += String(chunk);
      // Whoever was answered has no more to say.
      socket.end();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      gone.abort();
      resolve({ text, ms: performance.now() - startedAt });
    });
    socket.on('connect', () => void write((part) => void (socket.writable && socket.write(part)), gone.signal));
  });
}
