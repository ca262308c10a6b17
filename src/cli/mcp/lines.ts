import type { Readable } from 'node:stream';

/** A line that is longer than it may be; where it ends, the next one begins. */
export const TOO_LONG = Symbol('too long');

/** The lines of a stream of UTF-8, without their ends; of one that is longer than `maxBytes` nothing is kept. */
export async function* lines(stream: Readable, maxBytes: number): AsyncGenerator<string | typeof TOO_LONG, void> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let rest = chunk;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      bytes += end;
      if (bytes <= maxBytes) parts.push(rest.subarray(0, end));
      yield bytes > maxBytes ? TOO_LONG : Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
      parts = [];
      bytes = 0;
      rest = rest.subarray(end + 1);
    }
    bytes += rest.length;
    if (bytes <= maxBytes) parts.push(rest);
    else parts = [];
  }
  if (bytes > 0) yield bytes > maxBytes ? TOO_LONG : Buffer.concat(parts).toString('utf8');
}
