import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import type { SystemMessage } from '../../src/client/index.ts';
import { ask, bareSocket, LiveServer } from '../support/live-server.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { eventually } from '../support/rest.ts';

/** As many as fit here; more where the environment says so. */
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 400);
const AT_ONCE = 200;

describe('memory that runs short', () => {
  it('costs the oldest idle connections, one after the other, and none that is in use [GW-10]', async () => {
    // Less than a process of Node.js uses: from its first look on the server is short of memory.
    await using server = await LiveServer.start({ MEMORY_LIMIT_MB: '16', SOCKET_IDLE_MS: '2000' });
    await server.say('used', 1);
    const closed: string[] = [];
    const told = new Map<string, SystemMessage>();
    const open = async (name: string) => {
      const socket = await bareSocket(server.url);
      socket.on('system', (message: SystemMessage) => told.set(name, message));
      socket.on('disconnect', () => closed.push(name));
      return socket;
    };
    using asking = await open('asking');
    using owing = await open('owing');
    // Gets a frame that it never acknowledges: it is slow, not idle.
    await ask(owing, 'subscribe', { taskId: 'used' });
    const asks = setInterval(() => void ask(asking, 'getState', { taskId: 'used' }).catch(() => undefined), 200);
    using first = await open('first');
    using second = await open('second');
    using third = await open('third');
    await eventually(
      () => Promise.resolve(closed.length),
      (count) => count === 3,
    );
    clearInterval(asks);
    expect(closed).toEqual(['first', 'second', 'third']);
    expect([...told.values()].map(({ code }) => code)).toEqual(['MEMORY_SHORT', 'MEMORY_SHORT', 'MEMORY_SHORT']);
    expect([first, second, third].map(({ connected }) => connected)).toEqual([false, false, false]);
    expect([asking.connected, owing.connected]).toEqual([true, true]);
  });

  it('is not what a server has that uses less than its limit: idle connections stay [GW-10]', async () => {
    await using server = await LiveServer.start({ SOCKET_IDLE_MS: '100', SOCKET_ACK_TIMEOUT_MS: '100' });
    using idle = await bareSocket(server.url);
    let pings = 0;
    idle.io.engine.on('ping', () => pings++);
    // Looked at every 25 ms, so hundreds of times until then.
    await eventually(
      () => Promise.resolve(pings),
      (count) => count > 0,
    );
    expect(idle.connected).toBe(true);
  });
});

describe('connections that come and go', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  /** Bytes in use once nothing that could be freed is left. */
  async function used(): Promise<number> {
    for (let round = 0; round < 4; round++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }

  it(`leave nothing behind, ${CONNECTIONS} of them, let in or refused [GW-10]`, async () => {
    await using server = await LiveServer.start({ SOCKET_MAX_PER_ADDRESS: String(AT_ONCE / 2 - 10) });
    await server.say('followed', 1);
    let refused = 0;
    const batch = async () => {
      const entering = Array.from({ length: AT_ONCE }, (_, index) =>
        RawSocket.enter(server.url, { from: `127.0.${index % 2}.9` }),
      );
      const entered = (await Promise.all(entering)).filter((outcome) => outcome instanceof RawSocket);
      refused += AT_ONCE - entered.length;
      const leaving = entered.map(async (socket, index) => {
        if (index % 4 === 0) socket.send('420["subscribe",{"taskId":"followed"}]');
        if (index % 3 === 0) socket[Symbol.dispose]();
        else await socket.close();
      });
      await Promise.all(leaving);
      // Nobody waits for another batch's places.
      await eventually(
        () => Promise.resolve(server.limits.connections),
        (count) => count === 0,
      );
    };
    const warmUp = Math.ceil(CONNECTIONS / AT_ONCE / 5);
    for (let round = 0; round < warmUp; round++) await batch();
    const before = await used();
    for (let round = warmUp; round < CONNECTIONS / AT_ONCE; round++) await batch();
    const after = await used();
    expect(refused).toBe(CONNECTIONS / 10);
    expect([server.limits.connections, server.limits.addresses, server.hub.connections]).toEqual([0, 0, 0]);
    expect(server.hub.isFollowing).toBe(false);
    // One forgotten connection would keep tens of kilobytes.
    expect(after - before).toBeLessThan(4 * 1024 * 1024);
  }, 120_000);
});
