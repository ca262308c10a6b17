import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Server } from 'socket.io';
import { connect, type ConnectionStatus, TaskloomError } from '../../src/client/index.ts';
import { ConnectionDoor } from '../../src/gateway/connection-door.ts';
import { testConfiguration } from '../support/configuration.ts';
import { LiveServer } from '../support/live-server.ts';
import { type Closed, RawSocket, type RawOptions } from '../support/raw-socket.ts';
import { eventually } from '../support/rest.ts';

const backoff = { firstMs: 5, maxMs: 40 };
const OF_ADDRESS =
  'TOO_MANY_CONNECTIONS_OF_ADDRESS: 3 of this address are open, all that SOCKET_MAX_PER_ADDRESS allows';

const limited = (changes: NodeJS.ProcessEnv = {}) =>
  LiveServer.start({ SOCKET_MAX_PER_ADDRESS: '3', SOCKET_MAX_CONNECTIONS: '500', ...changes });

const isIn = (outcome: RawSocket | Closed): outcome is RawSocket => outcome instanceof RawSocket;

async function enterAll(url: string, count: number, options?: RawOptions): Promise<readonly (RawSocket | Closed)[]> {
  return Promise.all(Array.from({ length: count }, () => RawSocket.enter(url, options)));
}

function end(outcomes: readonly (RawSocket | Closed)[]): void {
  for (const outcome of outcomes) if (isIn(outcome)) outcome[Symbol.dispose]();
}

/** All places are free again. */
const empty = (server: LiveServer) =>
  eventually(
    () => Promise.resolve([server.limits.connections, server.limits.addresses]),
    ([connections, addresses]) => connections === 0 && addresses === 0,
  );

describe('the connections of one address', () => {
  it('are three by default: the fourth is closed with 1008 and a reason, until one has gone [GW-10]', async () => {
    // The default itself: an empty value counts as not set.
    await using server = await limited({ SOCKET_MAX_PER_ADDRESS: '', SOCKET_MAX_CONNECTIONS: '' });
    const three = await enterAll(server.url, 3);
    expect(three.every(isIn)).toBe(true);
    const fourth = await RawSocket.enter(server.url);
    expect(fourth).toMatchObject({ code: 1008 });
    expect((fourth as Closed).reason).toContain(OF_ADDRESS);
    expect(server.limits.connections).toBe(3);

    const [first] = three;
    if (first && isIn(first)) await first.close();
    await eventually(
      () => Promise.resolve(server.limits.connections),
      (count) => count === 2,
    );
    const next = await RawSocket.enter(server.url);
    expect(isIn(next)).toBe(true);
    end([...three, next]);
    await empty(server);
  });

  it('never pass the limit when ten come at once, again and again [GW-10]', async () => {
    await using server = await limited();
    for (let round = 0; round < 20; round++) {
      const outcomes = await enterAll(server.url, 10);
      expect(outcomes.filter(isIn)).toHaveLength(3);
      expect(outcomes.filter((outcome) => !isIn(outcome) && outcome.code === 1008)).toHaveLength(7);
      expect(server.limits.connections).toBe(3);
      end(outcomes);
      await empty(server);
    }
  });

  it('count from their upgrade on, also when nothing is ever said on them [GW-10]', async () => {
    await using server = await limited();
    const silent = await Promise.all(Array.from({ length: 3 }, () => RawSocket.upgraded(server.url)));
    expect(server.hub.connections).toBe(0);
    expect(await RawSocket.enter(server.url)).toMatchObject({ code: 1008 });
    end(silent);
    await empty(server);
  });

  it('give their place back when only Socket.IO was left and the WebSocket kept [GW-10]', async () => {
    await using server = await limited();
    const entered = await RawSocket.enter(server.url);
    if (!isIn(entered)) throw new Error('refused');
    entered.send('41');
    await entered.closed;
    await empty(server);
  });

  it('are those of each address alone, and of all together no more than there may be [GW-10]', async () => {
    await using server = await limited({ SOCKET_MAX_CONNECTIONS: '5' });
    const first = await enterAll(server.url, 3, { from: '127.0.0.21' });
    const second = await enterAll(server.url, 10, { from: '127.0.0.22' });
    expect(first.filter(isIn)).toHaveLength(3);
    expect(second.filter(isIn)).toHaveLength(2);
    const third = await RawSocket.enter(server.url, { from: '127.0.0.23' });
    expect(third).toMatchObject({ code: 1008 });
    expect((third as Closed).reason).toMatch(/^TOO_MANY_CONNECTIONS: 5 /);
    expect(server.limits.connections).toBe(5);
    end([...first, ...second]);
    await empty(server);
  });
});

describe('an address behind a proxy', () => {
  const PROXY = '127.0.0.31';
  // What a proxy passes on comes from elsewhere, and needs a key.
  const key = 'a-key-for-those-behind-the-proxy';
  const saying = (address: string, from: string): RawOptions => ({
    from,
    key,
    headers: { 'x-forwarded-for': address },
  });

  it('counts on its own behind a trusted one; anybody else cannot say who it is [GW-10]', async () => {
    await using server = await limited({ TRUSTED_PROXIES: PROXY, API_KEYS: `viewer:${key}` });
    const one = await enterAll(server.url, 4, saying('203.0.113.1', PROXY));
    const other = await enterAll(server.url, 4, saying('203.0.113.2', PROXY));
    expect([one.filter(isIn).length, other.filter(isIn).length]).toEqual([3, 3]);

    const spoofed: (RawSocket | Closed)[] = [];
    for (let host = 1; host <= 4; host++) {
      spoofed.push(await RawSocket.enter(server.url, saying(`198.51.100.${host}`, '127.0.0.32')));
      // What a client has written before the proxy added the address it sees.
      expect(isIn(await RawSocket.enter(server.url, saying(`198.51.100.${host}, 203.0.113.1`, PROXY)))).toBe(false);
    }
    expect(spoofed.map(isIn)).toEqual([true, true, true, false]);
    end([...one, ...other, ...spoofed]);
    await empty(server);
  });

  it('is nowhere in what Socket.IO keeps of a connection [GW-10]', async () => {
    const http = createServer();
    const io = new Server(http, { transports: ['websocket'] });
    new ConnectionDoor(testConfiguration({ DATA_DIR: '.', TRUSTED_PROXIES: PROXY })).guard(io.engine);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    try {
      expect(await RawSocket.enter(url, saying('203.0.113.1', PROXY))).toBeInstanceOf(RawSocket);
      const [socket] = [...io.sockets.sockets.values()];
      expect(socket?.handshake.address).toMatch(/^[\w-]{43}$/);
      const { headers, rawHeaders } = socket?.request ?? {};
      const kept = JSON.stringify([socket?.handshake, socket?.conn.remoteAddress, headers, rawHeaders]);
      expect(kept).not.toContain('203.0.113.1');
      expect(kept).not.toContain(PROXY);
    } finally {
      await io.close();
    }
  });
});

describe('a client of the library', () => {
  it('that is refused says so, waits, and sees everything once a connection is free [GW-10]', async () => {
    await using server = await limited();
    await server.say('waiting', 3, { atOnce: true });
    const three = await enterAll(server.url, 3);
    const told: { status: ConnectionStatus; refusal: TaskloomError | undefined }[] = [];
    const client = connect({
      url: server.url,
      backoff,
      onStatus: (status, refusal) => told.push({ status, refusal }),
    });
    const watch = client.watch('waiting');
    const first = watch.next();
    await eventually(
      () => Promise.resolve(told.filter(({ status }) => status === 'refused').length),
      (count) => count >= 3,
    );
    expect(told[0]?.refusal).toBeInstanceOf(TaskloomError);
    expect(told[0]).toMatchObject({ status: 'refused', refusal: { code: 'TOO_MANY_CONNECTIONS_OF_ADDRESS' } });
    expect(told.map(({ status }) => status)).not.toContain('lost');
    end(three);
    expect((await first).value).toMatchObject({ streamSequence: 1 });
    expect((await watch.next()).value).toMatchObject({ streamSequence: 2 });
    expect(told.at(-1)).toEqual({ status: 'connected', refusal: undefined });
    client.close();
    await empty(server);
  });

  it('comes back after the longest time a connection may be open, without a gap [GW-10]', async () => {
    await using server = await LiveServer.start({ SOCKET_MAX_AGE_MS: '300' });
    const codes: string[] = [];
    const client = connect({ url: server.url, backoff, onSystem: ({ code }) => codes.push(code) });
    await server.say('aged', 1);
    const seen: number[] = [];
    for await (const { streamSequence } of client.watch('aged')) {
      seen.push(streamSequence);
      if (codes.length >= 3) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
      await server.say('aged', 1);
    }
    expect(seen).toEqual(seen.map((_, index) => index + 1));
    expect(new Set(codes)).toEqual(new Set(['CONNECTION_EXPIRED']));
    client.close();
  });
});
