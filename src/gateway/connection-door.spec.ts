import { EventEmitter, once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testConfiguration } from '../../test/support/configuration.ts';
import { ConnectionDoor, type EngineConnection } from './connection-door.ts';

/** Stands for a connection of Engine.IO over a real TCP connection, and notes how it was closed. */
class Connection extends EventEmitter implements EngineConnection {
  remoteAddress: string;
  readonly refusals: string[] = [];
  readonly request: IncomingMessage;
  readonly transport = {
    socket: { close: (code: number, reason: string) => void this.refusals.push(`${code} ${reason}`) },
  };

  constructor(tcp: Socket) {
    super();
    this.request = new IncomingMessage(tcp);
    this.remoteAddress = tcp.remoteAddress ?? '';
  }

  close(): void {
    this.emit('close');
  }
}

const listener = createServer();
let door: ConnectionDoor;
let engine: EventEmitter;

beforeAll(async () => {
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
});

beforeEach(() => {
  engine = new EventEmitter();
  door = new ConnectionDoor(testConfiguration({ DATA_DIR: '.', SOCKET_MAX_PER_ADDRESS: '1' }));
  door.guard(engine);
});

afterAll(() => {
  listener.close();
});

/** The server's end of a new TCP connection. */
async function accepted(): Promise<Socket> {
  const address = listener.address();
  const incoming = once(listener, 'connection') as Promise<[Socket]>;
  const client = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  client.on('error', () => undefined);
  client.resume();
  const [socket] = await incoming;
  return socket;
}

function enter(tcp: Socket): Connection {
  const connection = new Connection(tcp);
  engine.emit('connection', connection);
  return connection;
}

async function destroyed(tcp: Socket): Promise<void> {
  const closed = once(tcp, 'close');
  tcp.destroy();
  await closed;
}

describe('the door of the gateway', () => {
  it('counts no connection that was gone before it came in: it could never give its place back [GW-10]', async () => {
    const gone = await accepted();
    await destroyed(gone);
    enter(gone);
    expect(door.limits.connections).toBe(0);
  });

  it('lets the next one in when one is promoted, and still counts both [GW-10]', async () => {
    const [first, second, third] = [await accepted(), await accepted(), await accepted()];
    const worker = enter(first);
    expect(enter(second).refusals).toHaveLength(1);
    // What Socket.IO gives of a connection is the one that came in.
    const socket = { conn: worker } as unknown as Parameters<ConnectionDoor['promote']>[0];
    door.promote(socket);
    door.promote(socket);
    expect(enter(third).refusals).toEqual([]);
    expect([door.limits.connections, door.limits.addresses]).toEqual([2, 1]);
    for (const tcp of [first, second, third]) await destroyed(tcp);
    expect([door.limits.connections, door.limits.addresses]).toEqual([0, 0]);
  });

  it('keeps a place taken until the TCP connection is gone, and does not wait long for that [GW-10]', async () => {
    const tcp = await accepted();
    const connection = enter(tcp);
    const since = performance.now();
    connection.close();
    expect(door.limits.connections).toBe(1);
    await once(tcp, 'close');
    expect(performance.now() - since).toBeGreaterThan(900);
    expect(door.limits.connections).toBe(0);
  });
});
