import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { connect, type EventsFrame, type SystemMessage } from '../../src/client/index.ts';
import { ask, bareSocket as connected, LiveServer } from '../support/live-server.ts';
import { eventually } from '../support/rest.ts';

const ACK_TIMEOUT_MS = 1500;
let server: LiveServer;
const sockets: Socket[] = [];

beforeAll(async () => {
  server = await LiveServer.start({ SOCKET_ACK_TIMEOUT_MS: String(ACK_TIMEOUT_MS) });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

afterEach(async () => {
  // Terminated: one that reads nothing would wait for the server to agree to the end.
  for (const socket of sockets.splice(0)) {
    if (socket.connected) wire(socket).terminate();
    socket.disconnect();
  }
  await eventually(
    async () => Promise.resolve(server.hub.connections),
    (count) => count === 0,
  );
});

async function bareSocket(): Promise<Socket> {
  const socket = await connected(server.url);
  sockets.push(socket);
  return socket;
}

interface Wire {
  pause(): void;
  terminate(): void;
}

/** The TCP socket under a client: paused, the client is alive and reads nothing. */
function wire(socket: Socket): Wire {
  const { transport } = socket.io.engine as unknown as { transport: { ws: Wire } };
  return transport.ws;
}

describe('a client that acknowledges nothing', () => {
  it('gets four frames, then a reason, and is disconnected; it can go on where it was [GW-3]', async () => {
    await server.say('silent', 1000, { atOnce: true });
    const socket = await bareSocket();
    const frames: EventsFrame[] = [];
    const said: SystemMessage[] = [];
    socket.on('events', (frame: EventsFrame) => frames.push(frame));
    socket.on('system', (message: SystemMessage) => said.push(message));
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await ask(socket, 'subscribe', { taskId: 'silent' });
    await eventually(
      async () => Promise.resolve(frames.length),
      (count) => count === 4,
    );
    await server.say('silent', 10);
    const since = Date.now();
    expect(await gone).toBe('io server disconnect');
    expect(Date.now() - since).toBeLessThan(3 * ACK_TIMEOUT_MS);
    expect(frames.map(({ from, to }) => [from, to])).toEqual([
      [0, 100],
      [100, 200],
      [200, 300],
      [300, 400],
    ]);
    expect(said).toMatchObject([{ level: 'error', code: 'SLOW_CLIENT' }]);

    const client = connect({ url: server.url });
    let last = 0;
    for await (const { streamSequence } of client.watch('silent', { afterStreamSequence: 400 })) {
      expect(streamSequence).toBe((last || 400) + 1);
      last = streamSequence;
      if (last === 1010) break;
    }
    client.close();
  });

  it('keeps its other subscriptions waiting no longer than its own bytes allow [GW-3]', async () => {
    // Megabytes take their time on a busy machine: a server that has it.
    await using patient = await LiveServer.start();
    using socket = await connected(patient.url);
    await patient.say('heavy', 12, { bytes: 1_100_000, atOnce: true });
    const frames: EventsFrame[] = [];
    const held: (() => void)[] = [];
    socket.on('events', (frame: EventsFrame, acknowledge: () => void) => {
      frames.push(frame);
      held.push(acknowledge);
    });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(socket, 'subscribe', { taskId: 'heavy' })));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    await eventually(
      async () => Promise.resolve(frames.length),
      (count) => count >= 8,
    );
    await ask(socket, 'getState', { taskId: 'heavy' });
    // 8 MiB of unacknowledged frames per connection: without that bound it would be 4 MB for each subscription.
    expect(frames.length).toBeLessThanOrEqual(9);
    for (let round = 0; frames.length < 60 && round < 200; round++) {
      for (const acknowledge of held.splice(0)) acknowledge();
      await ask(socket, 'getState', { taskId: 'heavy' });
    }
    const bySubscription = Map.groupBy(frames, (frame) => frame.subscriptionId);
    for (const own of bySubscription.values()) {
      expect(own.map(({ to }) => to)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    }
    expect(bySubscription.size).toBe(5);
    for (const acknowledge of held) acknowledge();
  });
});

describe('a client whose connection is stuck', () => {
  it('delays no other, holds bounded memory, and is dropped [GW-3]', async () => {
    await server.say('stuck', 1);
    const stuck = await bareSocket();
    stuck.on('events', (_frame: EventsFrame, acknowledge: () => void) => acknowledge());
    await ask(stuck, 'subscribe', { taskId: 'stuck' });
    wire(stuck).pause();

    const fast = await Promise.all(Array.from({ length: 5 }, () => bareSocket()));
    const newest = fast.map(() => 0);
    for (const [index, socket] of fast.entries()) {
      socket.on('events', ({ to }: EventsFrame, acknowledge: () => void) => {
        newest[index] = to;
        acknowledge();
      });
      await ask(socket, 'subscribe', { taskId: 'stuck' });
    }
    expect(server.hub.connections).toBe(fast.length + 1);
    let held = 0;
    const delays: number[] = [];
    for (let count = 2; count <= 101; count++) {
      await server.say('stuck', 1, { bytes: 200_000 });
      const since = performance.now();
      await eventually(
        async () => Promise.resolve(newest),
        (all) => all.every((to) => to === count),
      );
      delays.push(performance.now() - since);
      held = Math.max(held, server.hub.unacknowledgedBytes);
    }
    // 20 MB were sent to each: of the stuck one are four frames under way, of the others the newest at most.
    expect(held).toBeLessThan((4 + fast.length) * 210_000);
    expect(delays.toSorted((a, b) => a - b)[50]).toBeLessThan(200);
    await eventually(
      async () => Promise.resolve(server.hub.connections),
      (count) => count === fast.length,
    );
  });

  it('is dropped as well when it goes on asking without reading the answers [GW-3]', async () => {
    await server.say('asked', 200, { atOnce: true });
    const socket = await bareSocket();
    wire(socket).pause();
    // 20 kB each: the kernel's buffers hold a few hundred, and a thousand more may wait.
    for (let asked = 0; asked < 1800; asked++) socket.emit('getState', { taskId: 'asked' }, () => undefined);
    await eventually(
      async () => Promise.resolve(server.hub.connections),
      (count) => count === 0,
    );
  }, 60_000);
});

describe('a reader of the client library that takes its time', () => {
  it('slows only itself down, and still sees each message once [GW-3]', async () => {
    await server.say('slow-reader', 1500, { atOnce: true });
    const codes: string[] = [];
    const client = connect({
      url: server.url,
      backoff: { firstMs: 5, maxMs: 20 },
      onSystem: ({ code }) => codes.push(code),
    });
    let expected = 1;
    for await (const { streamSequence } of client.watch('slow-reader')) {
      expect(streamSequence).toBe(expected++);
      // Long enough to be dropped in between.
      if (streamSequence === 50)
        await eventually(
          async () => Promise.resolve(codes),
          ({ length }) => length > 0,
        );
      if (streamSequence === 1500) break;
    }
    client.close();
    expect(codes).toEqual(['SLOW_CLIENT']);
  });
});
