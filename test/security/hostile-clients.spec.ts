import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { sleep } from '../../src/kernel/clock.ts';
import { raw, send, tcp } from '../support/hostile.ts';
import { type OpenApiDocument, operationsOf } from '../support/open-api.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

jest.setTimeout(60_000);

const ADMIN = 'the-honest-administrators-key';
const VIEWER = 'the-key-of-a-curious-viewer-1';
const SECRET = 'a secret of thirty-two bytes or more';
const MEBIBYTE = 1024 * 1024;
const honest = { authorization: `Bearer ${ADMIN}` };

/** What walks out of a directory, into another language, or into nothing, in all the ways it can be written. */
const tricks = [
  '..',
  '../../../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..%5c..%5cwindows',
  '%252e%252e%252fetc',
  '%c0%ae%c0%ae%2f',
  '%00',
  'a%00.js',
  '%0d%0aset-cookie:%20x=1',
  '%2fetc%2fpasswd',
  'file:%2f%2f%2fetc%2fpasswd',
  "'%20OR%201=1%20--",
  '%22;DROP%20TABLE%20events;--',
  '$%7bjndi:ldap:%2f%2fx%7d',
  '__proto__',
  'constructor',
  'toString',
  '%ed%a0%80',
  'x'.repeat(5000),
];

describe('hostile clients of REST (PL-3)', () => {
  let server: TestServer;
  let document: OpenApiDocument;
  let restingBytes = 0;

  beforeAll(async () => {
    server = await runServer({
      REQUIRE_KEYS: 'on',
      API_KEYS: `admin:${ADMIN},viewer:${VIEWER}`,
      JWT_SECRET: SECRET,
      BODY_MAX_BYTES: String(MEBIBYTE),
      REQUEST_TIMEOUT_MS: '1000',
      RATE_LIMIT_PER_SECOND: '100000',
      RATE_LIMIT_BURST: '100000',
    });
    document = JSON.parse((await raw(server.url, 'GET', '/docs-json')).text) as OpenApiDocument;
    const made = await send(server.url, 'POST', '/tasks', '{"taskId":"victim","prompt":"x"}', honest);
    expect(made.status).toBe(201);
    restingBytes = process.memoryUsage().rss;
  });

  afterAll(() => server[Symbol.asyncDispose]());

  afterEach(async () => {
    const { status, text } = await raw(server.url, 'GET', '/tasks/victim', { headers: honest });
    expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ taskId: 'victim' })]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(process.memoryUsage().rss - restingBytes).toBeLessThan(400 * MEBIBYTE);
  });

  /** Every operation with a body, with an id that exists in its path. */
  const withBodies = () =>
    operationsOf(document)
      .filter(({ requestBody }) => requestBody)
      .map(({ method, path }) => [method.toUpperCase(), path.replace(/\{\w+\}/g, 'victim')] as const);

  it.each([
    ['a prototype', '{"__proto__":{"polluted":true}}'],
    ['a constructor', '{"constructor":{"prototype":{"polluted":true}}}'],
    ['a prototype deep inside', '{"metadata":{"a":{"__proto__":{"polluted":true}}}}'],
    ['an escaped prototype', '{"\\u005f_proto__":{"polluted":true}}'],
    ['nesting of 20,000 levels', `{"prompt":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['objects in 20,000 levels', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
    ['half of it', '{"prompt":"x"'],
    ['what is no JSON', 'prompt=x'],
    ['a number that is none', '{"prompt":NaN}'],
    ['a list', '[1,2,3]'],
    ['a text', '"x"'],
    ['bytes that are no text', '{"prompt":"\\ud800"}'],
  ])('refuses %s in every body with 400 [PL-3]', async (_what, body) => {
    expect(withBodies().length).toBeGreaterThan(10);
    for (const [method, path] of withBodies()) {
      const { status, headers } = await send(server.url, method, path, body, honest);
      expect([method, path, status]).toEqual([method, path, 400]);
      expect(headers['content-type']).toContain('application/problem+json');
    }
  });

  it('refuses a body above the limit, said or unsaid, and forms that any page could send [PL-3]', async () => {
    const huge = `{"prompt":"${'x'.repeat(2 * MEBIBYTE)}"}`;
    for (const [method, path] of withBodies()) {
      const { status } = await send(server.url, method, path, huge, honest).catch(() => ({ status: 413 }));
      expect([path, status]).toEqual([path, 413]);
    }
    const chunked = await tcp(server.url, async (say, gone) => {
      say(`POST /tasks HTTP/1.1\r\nHost: ${new URL(server.url).host}\r\nAuthorization: Bearer ${ADMIN}\r\n`);
      say('Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
      while (!gone.aborted) {
        say(`${(65_536).toString(16)}\r\n${' '.repeat(65_536)}\r\n`);
        await sleep(1);
      }
    });
    expect(chunked.text).toMatch(/^HTTP\/1.1 413 /);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect((await send(server.url, 'POST', '/tasks', '{}', { ...honest, 'content-type': type })).status).toBe(415);
    }
  });

  it('gives nothing away for a path trick in any parameter of any route [PL-3]', async () => {
    const asked: string[] = [];
    for (const { method, path } of operationsOf(document)) {
      for (const parameter of path.match(/\{\w+\}/g) ?? []) {
        for (const trick of tricks) {
          const tricked = path.replace(parameter, trick).replace(/\{\w+\}/g, 'victim');
          asked.push(`${method.toUpperCase()} ${tricked}`);
        }
      }
    }
    expect(asked.length).toBeGreaterThan(400);
    for (const each of asked) {
      const [method = '', path = ''] = each.split(/ (.*)/);
      const hasBody = method === 'POST' || method === 'PUT';
      const { status, text, headers } = await raw(server.url, method, path, {
        headers: hasBody ? { ...honest, 'content-type': 'application/json' } : honest,
        body: hasBody ? '{}' : '',
      });
      expect([each, status >= 400 && status < 500]).toEqual([each, true]);
      expect(text).not.toContain('root:');
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  it('ends slow headers and slow bodies in time, many at once, while others are served [PL-3]', async () => {
    const { host } = new URL(server.url);
    const dripping = (begin: string) =>
      tcp(server.url, async (say, gone) => {
        say(begin);
        while (!gone.aborted) {
          say('a');
          await sleep(50);
        }
      });
    const slow = Promise.all([
      ...Array.from({ length: 100 }, () => dripping(`GET /tasks HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `)),
      ...Array.from({ length: 100 }, () =>
        dripping(
          `POST /tasks HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${ADMIN}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"prompt":"`,
        ),
      ),
    ]);
    for (let times = 0; times < 10; times++) {
      const startedAt = performance.now();
      expect((await raw(server.url, 'GET', '/tasks', { headers: honest })).status).toBe(200);
      expect(performance.now() - startedAt).toBeLessThan(1000);
    }
    for (const { text, ms } of await slow) {
      expect(text).toMatch(/^HTTP\/1.1 408 /);
      expect(ms).toBeLessThan(5000);
    }
  });

  it('answers what is no HTTP, smuggles, or has too many headers, and closes [PL-3]', async () => {
    const { host } = new URL(server.url);
    const head = `Host: ${host}\r\nAuthorization: Bearer ${ADMIN}\r\n`;
    const attempts: readonly (readonly [string, RegExp])[] = [
      ['\x16\x03\x01\x02\x00\x01\x00', /^HTTP\/1.1 400 /],
      ['GET / HTTP/9.9\r\n\r\n', /^HTTP\/1.1 400 /],
      ['GET /tasks HTTP/1.1\r\n\r\n', /^HTTP\/1.1 400 /],
      [`GET /tasks HTTP/1.1\r\n${head}Host: evil.example\r\n\r\n`, /^HTTP\/1.1 403 /],
      [
        `POST /tasks HTTP/1.1\r\n${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        /^HTTP\/1.1 400 /,
      ],
      [`POST /tasks HTTP/1.1\r\n${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`, /^HTTP\/1.1 400 /],
      [`GET /tasks HTTP/1.1\r\n${head}X-Long: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1.1 431 /],
      [`GET /tasks HTTP/1.1\r\n${head}${'A: b\r\n'.repeat(200)}Connection: close\r\n\r\n`, /^HTTP\/1.1 431 /],
      [`GET /tasks HTTP/1.1\r\n${head}X: a\0b\r\n\r\n`, /^HTTP\/1.1 400 /],
    ];
    for (const [text, answer] of attempts) {
      const got = await tcp(server.url, (say) => say(text));
      expect([text.slice(0, 60), got.text.split('\r\n')[0]]).toEqual([
        text.slice(0, 60),
        expect.stringMatching(answer),
      ]);
    }
  });

  it('answers only to its own name and its own pages: no rebound name, no other site [PL-3]', async () => {
    const { port } = new URL(server.url);
    for (const name of [
      'evil.example',
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      '127.0.0.1:1',
      `[::ffff:7f00:1]:${port}`,
    ]) {
      const { status, text } = await raw(server.url, 'GET', '/tasks', { headers: { ...honest, host: name } });
      expect([name, status, text]).toEqual([name, 403, expect.stringContaining('API_HOST_REFUSED')]);
    }
    for (const origin of ['https://evil.example', 'null', `http://localhost:${port}`, 'file://']) {
      const { status, headers } = await raw(server.url, 'GET', '/tasks', { headers: { ...honest, origin } });
      expect([origin, status, headers['access-control-allow-origin']]).toEqual([origin, 403, undefined]);
      const preflight = { origin, 'access-control-request-method': 'POST' };
      expect((await raw(server.url, 'OPTIONS', '/tasks', { headers: preflight })).status).toBe(403);
    }
  });

  it('takes no forged, expired or unsigned token, and no role that a caller gives itself [PL-3]', async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { sub: 'eve', role: 'admin', iss: 'taskloom', aud: 'taskloom', iat: now };
    const sign = (changes: object, secret = SECRET, alg = 'HS256') =>
      new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
    const viewer = await sign({ role: 'viewer' });
    const [header, , signature] = viewer.split('.');
    const escalated = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const tokens = [
      new UnsecuredJWT(claims).encode(),
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${escalated}.${signature}`,
      `${header}.${escalated}.${signature}`,
      await sign({}, 'another secret of more than 32 bytes'),
      await sign({}, SECRET.repeat(2), 'HS512'),
      await sign({ exp: now - 1 }),
      await sign({ iat: now - 100_000 }),
      await sign({ iat: now + 100_000 }),
      await sign({ aud: 'elsewhere' }),
      await sign({ role: 'root' }),
      `tlk_${'0'.repeat(16)}_${'A'.repeat(43)}`,
      ADMIN.slice(0, -1),
      `${ADMIN}x`,
      ADMIN.toUpperCase(),
    ];
    for (const token of tokens) {
      const { status, text } = await raw(server.url, 'GET', '/keys', { headers: { authorization: `Bearer ${token}` } });
      expect([token, status, text]).toEqual([token, 401, expect.stringContaining('ACCESS_KEY_REFUSED')]);
      expect(text).not.toContain(token);
    }
    for (const scheme of [`Basic ${ADMIN}`, ADMIN, `Bearer ${ADMIN} ${ADMIN}`, 'Bearer', `Digest ${ADMIN}`]) {
      expect((await raw(server.url, 'GET', '/keys', { headers: { authorization: scheme } })).status).toBe(401);
    }
    for (const path of [
      `/keys?token=${ADMIN}`,
      `/keys?access_token=${ADMIN}`,
      `/keys?authorization=Bearer%20${ADMIN}`,
    ]) {
      expect((await raw(server.url, 'GET', path)).status).toBe(401);
    }
    const asViewer = { authorization: `Bearer ${VIEWER}` };
    const escalations = {
      'x-role': 'admin',
      'x-user': 'admin',
      'x-original-url': '/health/live',
      'x-http-method-override': 'GET',
    };
    const body = '{"name":"mine","role":"admin"}';
    expect((await send(server.url, 'POST', '/keys', body, { ...asViewer, ...escalations })).status).toBe(403);
    expect((await send(server.url, 'POST', '/tasks', '{"prompt":"x"}', { ...asViewer, ...escalations })).status).toBe(
      403,
    );
    expect((await raw(server.url, 'DELETE', '/tasks/victim', { headers: asViewer })).status).toBe(403);
  });
});
