import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ConnectionStatus } from '../../src/client/index.ts';
import { bareSocket, LiveServer } from '../support/live-server.ts';
import { eventually } from '../support/rest.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

const INTERVAL_MS = 200;
const TIMEOUT_MS = 600;
/** What a busy machine may add. */
const SLACK_MS = 1500;

let server: LiveServer;
let proxy: TcpProxy;

beforeAll(async () => {
  server = await LiveServer.start({
    HEARTBEAT_INTERVAL_MS: String(INTERVAL_MS),
    HEARTBEAT_TIMEOUT_MS: String(TIMEOUT_MS),
  });
  proxy = await TcpProxy.start(server.url);
  await server.say('beating', 2, { atOnce: true });
});

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('heartbeats', () => {
  it('drop a silent client at the server and a silent server at the client, which comes back [GW-5]', async () => {
    const statuses: { status: ConnectionStatus; at: number }[] = [];
    const client = connect({
      url: proxy.url,
      backoff: { firstMs: 5, maxMs: 20 },
      connectTimeoutMs: 200,
      onStatus: (status) => statuses.push({ status, at: performance.now() }),
    });
    const watch = client.watch('beating');
    expect((await watch.next()).value).toMatchObject({ streamSequence: 1 });
    expect((await watch.next()).value).toMatchObject({ streamSequence: 2 });
    const third = watch.next();

    proxy.freeze();
    const frozenAt = performance.now();
    await eventually(
      async () => Promise.resolve(server.hub.connections),
      (count) => count === 0,
    );
    const droppedAfter = performance.now() - frozenAt;
    const lost = await eventually(
      async () => Promise.resolve(statuses.find(({ status }) => status === 'lost')),
      (entry) => entry !== undefined,
    );
    expect(droppedAfter).toBeGreaterThan(TIMEOUT_MS - INTERVAL_MS - 50);
    expect(droppedAfter).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    expect((lost?.at ?? 0) - frozenAt).toBeGreaterThan(TIMEOUT_MS - INTERVAL_MS - 50);
    expect((lost?.at ?? 0) - frozenAt).toBeLessThan(TIMEOUT_MS + SLACK_MS);

    proxy.thaw();
    proxy.cut();
    await server.say('beating', 1);
    expect((await third).value).toMatchObject({ streamSequence: 3 });
    client.close();
  });

  it('keep a connection on which nothing else happens [GW-5]', async () => {
    using socket = await bareSocket(server.url);
    let pings = 0;
    socket.io.engine.on('ping', () => pings++);
    await eventually(
      async () => Promise.resolve(pings),
      (count) => count * INTERVAL_MS > 2 * TIMEOUT_MS,
    );
    expect(socket.connected).toBe(true);
  });

  it('may be asked for more often by a client than the server announces [GW-5]', async () => {
    const statuses: ConnectionStatus[] = [];
    const client = connect({ url: proxy.url, heartbeatTimeoutMs: 350, onStatus: (status) => statuses.push(status) });
    const watch = client.watch('beating');
    await watch.next();
    const connections = proxy.connections;
    proxy.freeze();
    await eventually(
      async () => Promise.resolve(statuses),
      (all) => all.includes('lost'),
    );
    proxy.thaw();
    await eventually(
      async () => Promise.resolve(statuses),
      (all) => all.at(-1) === 'connected' && all.length > 2,
    );
    expect(proxy.connections).toBeGreaterThan(connections);
    client.close();
  });

  it('are sent every 5 s and end after 10 s of silence unless configured otherwise [GW-5]', async () => {
    const standard = await LiveServer.start();
    const opened = await openPacket(standard.url);
    await standard[Symbol.asyncDispose]();
    // Engine.IO adds the two: the client gives the server up when no ping came for 10 s.
    expect(opened).toMatchObject({ pingInterval: 5000, pingTimeout: 5000 });
  });
});

/** What the server tells a bare WebSocket first. */
async function openPacket(url: string): Promise<unknown> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const packet = await new Promise<string>((resolve, reject) => {
    socket.onmessage = ({ data }) => resolve(String(data));
    socket.onerror = () => reject(new Error('no WebSocket'));
  });
  socket.close();
  return JSON.parse(packet.slice(1));
}
