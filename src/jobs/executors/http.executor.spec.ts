import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Json } from '../../kernel/json.ts';
import { TaskGraph } from '../graph/task-graph.ts';
import { ExecutorRegistry, type ExecutionResult } from './executor-registry.ts';
import { HttpExecutor } from './http.executor.ts';
import { guardedLookup, isPublicAddress, reachableWith } from './public-address.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const seen: Seen[] = [];
let respond: (request: Seen, response: ServerResponse) => void;
let origin: string;
/** Another origin: the same server by another name. */
let other: string;

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    seen.push({ method, url, headers, body });
    respond({ method, url, headers, body }, response);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  other = `http://localhost:${port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  seen.length = 0;
  respond = (_request, response) => response.end('hello');
});

function request(
  params: Readonly<Record<string, Json>>,
  options: { reachable?: string | null; timeoutMs?: number; signal?: AbortSignal } = {},
) {
  const { reachable = '127.0.0.1,::1', timeoutMs = 10_000, signal = new AbortController().signal } = options;
  const registry = new ExecutorRegistry([new HttpExecutor(reachableWith(reachable ?? undefined))]);
  const [step] = TaskGraph.build([{ id: 'a', action: 'http', params: { url: origin, ...params }, timeoutMs }]).steps;
  if (!step) throw new Error('The step is there.');
  return registry.execute(step, { signal });
}

const resultOf = (answer: ExecutionResult): Json => (answer.ok ? answer.result : answer.error.message);
const failed = (message: string) => ({ ok: false, error: { message: expect.stringContaining(message) } });

describe('a step that requests a web address', () => {
  it('gives the status, the headers and the body [JB-9]', async () => {
    respond = (_request, response) => response.writeHead(201, { 'x-answer': '42' }).end('grüß');
    expect(resultOf(await request({}))).toMatchObject({
      status: 201,
      url: `${origin}/`,
      headers: { 'x-answer': '42' },
      body: 'grüß',
      encoding: 'text',
    });
    expect(seen).toMatchObject([{ method: 'GET', headers: { 'user-agent': 'taskloom' }, body: '' }]);
  });

  it.each([
    ['JSON', 'application/json', '{"a":[1]}', { body: { a: [1] }, encoding: 'json' }],
    ['JSON of a vendor', 'application/vnd.x+json; charset=utf-8', '7', { body: 7, encoding: 'json' }],
    ['text that only says it is JSON', 'application/json', '{"a"', { body: '{"a"', encoding: 'text' }],
    ['bytes', 'application/pdf', Buffer.from([0x25, 0xff, 0x00]), { body: 'Jf8A', encoding: 'base64' }],
    ['JSON too deep to keep', 'application/json', `${'['.repeat(2000)}${']'.repeat(2000)}`, { encoding: 'text' }],
  ])('gives %s in a form that can be kept [JB-9]', async (_what, type, body, expected) => {
    respond = (_request, response) => response.writeHead(200, { 'content-type': type }).end(body);
    expect(resultOf(await request({}))).toMatchObject(expected);
  });

  it('sends method, headers and body: text as it is, all else as JSON [JB-9]', async () => {
    await request({ method: 'PUT', headers: { 'X-Key': 'k' }, body: 'plain' });
    await request({ method: 'POST', body: { a: 1 } });
    await request({ method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: 'a,b' });
    await request({ method: 'HEAD' });
    expect(seen).toMatchObject([
      { method: 'PUT', headers: { 'x-key': 'k', 'content-type': 'text/plain; charset=utf-8' }, body: 'plain' },
      { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': '7' }, body: '{"a":1}' },
      { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a,b' },
      { method: 'HEAD', body: '' },
    ]);
  });

  it('verifies the status and the body [JB-9]', async () => {
    respond = (_request, response) => response.writeHead(503).end('closed today');
    expect(await request({})).toMatchObject(failed('the status is 503, not one from 200 to 299'));
    expect(await request({ verify: { status: [500, 599], bodyIncludes: 'today' } })).toMatchObject({ ok: true });
    expect(await request({ verify: { status: [500, 599], bodyIncludes: 'open' } })).toMatchObject(
      failed('the body does not hold "open"'),
    );
  });

  it('takes no more bytes than it may [JB-9]', async () => {
    respond = (_request, response) => response.end('x'.repeat(1001));
    expect(await request({ maxBytes: 1000 })).toMatchObject(failed('it sends more than 1000 bytes'));
    expect(await request({ maxBytes: 1001 })).toMatchObject({ ok: true });
  });

  it('ends at its time, also in the middle of a body, and at once when it is stopped [JB-9]', async () => {
    respond = (_request, response) => void response.write('never en');
    expect(await request({}, { timeoutMs: 100 })).toMatchObject({ ok: false, error: { code: 'JOBS_STEP_TIMEOUT' } });
    const controller = new AbortController();
    const closed = Promise.withResolvers<void>();
    respond = (_request, response) => {
      response.once('close', closed.resolve);
      controller.abort(new Error('cancelled'));
    };
    await expect(request({}, { signal: controller.signal })).rejects.toThrow('cancelled');
    await closed.promise;
  });

  it('fails with what was wrong where nobody answers, or breaks off [JB-9]', async () => {
    expect(await request({ url: 'http://127.0.0.1:1/' })).toMatchObject({
      ok: false,
      error: { code: 'JOBS_HTTP_FAILED', retryable: true, message: expect.stringContaining('ECONNREFUSED') },
    });
    respond = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      response.destroy();
    };
    expect(await request({})).toMatchObject({ ok: false, error: { code: 'JOBS_HTTP_FAILED' } });
  });
});

describe('a redirect', () => {
  const to = (location: string, status = 302) => {
    respond = ({ url }, response) => {
      if (url === '/end') response.end('there');
      else response.writeHead(status, { location }).end();
    };
  };

  it('is followed, and the result says to where [JB-9]', async () => {
    to('/end');
    expect(resultOf(await request({}))).toMatchObject({ status: 200, url: `${origin}/end`, body: 'there' });
  });

  it('is followed as often as the step allows [JB-9]', async () => {
    to('/again');
    expect(await request({ maxRedirects: 2 })).toMatchObject(failed('it redirects more than 2 times'));
    expect(seen).toHaveLength(3);
    expect(await request({ maxRedirects: 0 })).toMatchObject(failed('it redirects more than 0 times'));
  });

  it.each([
    [303, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [302, 'PUT', 'PUT', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'DELETE', 'DELETE', 'body'],
  ])('of status %d makes of %s a %s [JB-9]', async (status, method, next, body) => {
    to('/end', status);
    await request({ method, body: 'body' });
    expect(seen[1]).toMatchObject({ method: next, body });
    expect(seen[1]?.headers['content-type'] !== undefined).toBe(body !== '');
  });

  it('to another origin goes without keys and cookies; to the same it keeps them [JB-9]', async () => {
    const headers = { Authorization: 'Bearer k', Cookie: 'c=1', 'X-Other': 'x' };
    to(`${other}/end`);
    await request({ headers });
    to('/end');
    await request({ headers });
    expect(seen[1]?.headers).not.toHaveProperty('authorization');
    expect(seen[1]?.headers).not.toHaveProperty('cookie');
    expect([seen[1]?.headers['x-other'], seen[3]?.headers.authorization]).toEqual(['x', 'Bearer k']);
  });

  it.each(['file:///etc/passwd', 'javascript:1', 'http://user:pass@127.0.0.1/', 'http://'])(
    'to %s is not followed [JB-9]',
    async (location) => {
      to(location);
      expect(await request({})).toMatchObject(failed('which cannot be followed'));
    },
  );
});

describe('addresses that are not public', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://localhost/',
  ])('are not reached: %s [JB-9]', async (url) => {
    expect(await request({ url }, { reachable: null })).toMatchObject({
      ok: false,
      error: { code: 'JOBS_ADDRESS_DENIED', retryable: false },
    });
  });

  it('are not reached by a redirect either [JB-9]', async () => {
    respond = (_request, response) =>
      response.writeHead(302, { location: origin.replace('127.0.0.1', '127.0.0.2') }).end();
    expect(await request({})).toMatchObject({
      ok: false,
      error: { code: 'JOBS_ADDRESS_DENIED', details: { address: '127.0.0.2' } },
    });
    expect(seen).toHaveLength(1);
  });

  it('are reached where their range is named [JB-9]', async () => {
    expect(await request({}, { reachable: '10.0.0.0/8,127.0.0.0/30' })).toMatchObject({ ok: true });
    expect(await request({}, { reachable: '10.0.0.0/8' })).toMatchObject({ ok: false });
  });

  it('are told from public ones [JB-9]', () => {
    for (const address of ['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:8.8.8.8']) {
      expect([address, isPublicAddress(address)]).toEqual([address, true]);
    }
    for (const address of ['', 'example.com', '::', '192.0.2.1', '198.18.0.1', 'ff02::1', '2001:db8::1']) {
      expect([address, isPublicAddress(address)]).toEqual([address, false]);
    }
  });

  it('are refused at the very connection, so that a name cannot change in between [JB-9]', async () => {
    const error = await new Promise((resolve) => guardedLookup(isPublicAddress)('localhost', {}, resolve));
    expect(error).toMatchObject({
      code: 'JOBS_ADDRESS_DENIED',
      message: expect.stringContaining('HTTP_PRIVATE_ADDRESSES'),
    });
  });
});
