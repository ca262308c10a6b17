import { describe, expect, it } from '@jest/globals';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpCall, readText, retryAfterMsOf } from './http-call.ts';

async function serving(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describe('one HTTP exchange', () => {
  it('sends its body in UTF-8 and gives status, headers and body as they come', async () => {
    await using server = await serving((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => response.writeHead(201, { 'x-method': request.method }).end(Buffer.concat(chunks)));
    });
    const answer = await httpCall({ url: server.url, method: 'POST', body: 'Grüße, 世界' });
    expect(answer).toMatchObject({ status: 201, headers: { 'x-method': 'POST' } });
    expect(await readText(answer)).toBe('Grüße, 世界');
  });

  it('does not follow a redirect', async () => {
    let asked = 0;
    await using server = await serving((_request, response) => {
      asked++;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await httpCall({ url: server.url })).status).toBe(302);
    expect(asked).toBe(1);
  });

  it('refuses a body that is longer than its limit', async () => {
    await using server = await serving((_request, response) => response.end('x'.repeat(5000)));
    await expect(readText(await httpCall({ url: server.url }), 1000)).rejects.toThrow('longer than 1000 bytes');
  });

  it('rejects with the reason of an abort while the body is read', async () => {
    await using server = await serving((_request, response) => void response.write('a'));
    const abort = new AbortController();
    const answer = await httpCall({ url: server.url, signal: abort.signal });
    const text = readText(answer);
    abort.abort(new Error('enough'));
    await expect(text).rejects.toThrow('enough');
  });
});

describe('Retry-After', () => {
  it.each([
    ['7', 7000],
    ['0', 0],
    ['1.5', 1500],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 5000],
    ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
    ['soon', null],
    ['', null],
  ])('of %j is %p ms', (value, expected) => {
    expect(retryAfterMsOf({ 'retry-after': value }, 5000)).toBe(expected);
  });
});
