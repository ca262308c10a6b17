import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { requestNames } from '../../src/gateway/requests.ts';
import { ask } from '../support/live-server.ts';
import { tcp } from '../support/hostile.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

jest.setTimeout(60_000);

const ADMIN = 'the-honest-administrators-key';
const VIEWER = 'the-key-of-a-curious-viewer-1';
const MEBIBYTE = 1024 * 1024;

async function socketOf(url: string, token: string): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth: { token } });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

async function entered(url: string): Promise<RawSocket> {
  const raw = await RawSocket.enter(url, { key: VIEWER });
  if (!(raw instanceof RawSocket)) throw new Error(`refused: ${raw.reason}`);
  return raw;
}

describe('hostile clients of the socket (PL-3)', () => {
  let server: TestServer;
  let honest: Socket;
  let restingBytes = 0;

  beforeAll(async () => {
    server = await runServer({
      REQUIRE_KEYS: 'on',
      API_KEYS: `admin:${ADMIN},viewer:${VIEWER}`,
      RATE_LIMIT_PER_SECOND: '20',
      RATE_LIMIT_BURST: '200',
    });
    await fetch(`${server.url}/tasks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ taskId: 'victim', prompt: 'x' }),
    });
    honest = await socketOf(server.url, ADMIN);
    restingBytes = process.memoryUsage().rss;
  });

  afterAll(async () => {
    honest.disconnect();
    await server[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    expect(await ask(honest, 'getState', { taskId: 'victim' })).toMatchObject({ ok: true });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(process.memoryUsage().rss - restingBytes).toBeLessThan(300 * MEBIBYTE);
  });

  it.each([
    ['a namespace that is none', '40/admin,'],
    ['no packet', '4this is no packet'],
    ['an unknown packet type', '49'],
    ['JSON cut off', '420["subscribe",{"all":'],
    ['an event without a name', '420[]'],
    ['an event whose name is an object', '420[{"a":1},{}]'],
    ['a reserved event', '420["disconnect","x"]'],
    ['a connect error of its own', '44{"message":"x"}'],
    ['attachments that never come', '4510-["subscribe",{"_placeholder":true,"num":0}]'],
    ['a million attachments', '451000000-["subscribe",{"_placeholder":true,"num":999999}]'],
    ['an acknowledgement of nothing', '43999[]'],
    ['an acknowledgement id beyond all numbers', '4299999999999999999999["subscribe",{"all":true}]'],
    ['a frame above 1 MiB', `420["subscribe",${JSON.stringify('x'.repeat(2 * MEBIBYTE))}]`],
    ['nesting of 20,000 levels', `420["subscribe",${'['.repeat(20_000)}${']'.repeat(20_000)}]`],
  ])('sends %s: is refused, and ends or goes on alone [PL-3]', async (_what, packet) => {
    using raw = await entered(server.url);
    raw.send(packet);
    raw.send('421["getState",{"taskId":"victim"}]');
    const answered = (async () => {
      while (!raw.received.some((each) => each.startsWith('431')))
        await new Promise((resolve) => setImmediate(resolve));
      return 'answered';
    })();
    expect(['answered', 'closed']).toContain(await Promise.race([answered, raw.closed.then(() => 'closed')]));
    // Whoever waits for the answer stops looking once the connection is over.
    raw.received.push('431');
  });

  it('sends prototypes and wrong values in every message: each is answered with a typed error [PL-3]', async () => {
    const bodies = [
      '{"__proto__":{"polluted":true}}',
      '{"constructor":{"prototype":{"polluted":true}}}',
      '[]',
      '"x"',
      'null',
      '1',
    ];
    for (const name of requestNames) {
      for (const body of bodies) {
        const answer = await ask(honest, name, JSON.parse(body));
        expect([name, body, answer.ok, answer.error?.code]).toEqual([name, body, false, expect.any(String)]);
        expect([name, body, answer.error?.code]).not.toEqual([name, body, 'INTERNAL']);
        if (bodies.indexOf(body) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  });

  it('is of another site, has a rebound name, or asks by polling: is not let in [PL-3]', async () => {
    const { host, port } = new URL(server.url);
    const upgrade = (headers: string, transport = 'websocket') =>
      tcp(server.url, (say) =>
        say(
          `GET /socket.io/?EIO=4&transport=${transport} HTTP/1.1\r\n${headers}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
        ),
      );
    for (const headers of [
      `Host: ${host}\r\nOrigin: https://evil.example\r\n`,
      `Host: ${host}\r\nOrigin: null\r\n`,
      `Host: ${host}\r\nOrigin: http://localhost:${port}\r\n`,
      `Host: evil.example:${port}\r\n`,
      `Host: evil.example:${port}\r\nOrigin: http://evil.example:${port}\r\n`,
    ]) {
      expect([headers, (await upgrade(headers)).text.split('\r\n')[0]]).toEqual([
        headers,
        expect.stringMatching(/^HTTP\/1.1 40[03] /),
      ]);
    }
    expect((await upgrade(`Host: ${host}\r\n`, 'polling')).text).not.toMatch(/^HTTP\/1.1 101 /);
  });

  it('floods: is told to slow down, or is closed, and the others are answered meanwhile [PL-3]', async () => {
    using raw = await entered(server.url);
    for (let index = 0; index < 3000; index++) raw.send(`42${index}["getState",{"taskId":"victim"}]`);
    const startedAt = performance.now();
    expect(await ask(honest, 'getState', { taskId: 'victim' })).toMatchObject({ ok: true });
    expect(performance.now() - startedAt).toBeLessThan(5000);
    const limited = (async () => {
      while (!raw.received.some((each) => each.includes('ACCESS_RATE_LIMITED'))) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await limited;
    expect(raw.received.filter((each) => each.includes('"ok":true')).length).toBeLessThan(600);
  });

  it('says nothing, or nothing of who it is, and is closed without having heard anything [PL-3]', async () => {
    const silent = await RawSocket.upgraded(server.url);
    const nameless = await RawSocket.upgraded(server.url);
    const hasty = await RawSocket.upgraded(server.url);
    nameless.send('40');
    hasty.send('420["subscribe",{"all":true}]');
    await Promise.all([nameless.closed, hasty.closed]);
    expect(hasty.received.filter((packet) => packet.startsWith('4'))).toEqual([]);
    expect(nameless.received.filter((packet) => packet.startsWith('42'))).toEqual([]);
    expect(nameless.received.find((packet) => packet.startsWith('44'))).toContain('ACCESS_KEY_MISSING');
    await silent.closed;
    expect(silent.received.filter((packet) => packet.startsWith('4'))).toEqual([]);
  });
});
