import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Server } from 'socket.io';
import { built, compare, scaled } from './support/arms.mjs';
import { openStore } from './support/stores.mjs';

// One event with 1 KB of data to many clients, in milliseconds until the last has it. The clients are one other
// process. Fan-out alone: a Socket.IO room, which encodes once and asks for no acknowledgement, against the gateway's
// hub, which keeps a cursor and an acknowledgement for each client. Whole path: from the append to the last client; also
// beside as many clients that have subscribed too and never read what comes.
const EVENTS = Number(process.env.BENCH_EVENTS ?? scaled(60, 4));
const WARM_UP = scaled(20, 2);
const MANY = scaled(1000, 100);
const FEW = scaled(100, 20);
/** Long enough for the acknowledgements of the event before, so that they are not measured with the next. */
const pauseMs = (clients) => Math.max(40, clients / 4);
const data = { guidance: 'x'.repeat(1000), by: 'bench' };

async function measure(server, clients, send, pick, deaf = 0) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const start = async (...parameters) => {
    const script = fileURLToPath(new URL('support/socket-clients.mjs', import.meta.url));
    const child = fork(script, [url, ...parameters]);
    await once(child, 'message');
    return child;
  };
  const beside = deaf > 0 ? await start(String(deaf), 'deaf') : null;
  const process_ = await start(String(clients));
  const times = [];
  for (let index = 0; index < WARM_UP + EVENTS; index++) {
    await rest(pauseMs(clients));
    const arrived = once(process_, 'message');
    const started = process.hrtime.bigint();
    await send(index + 1);
    const [{ at }] = await arrived;
    if (index >= WARM_UP) times.push(Number(BigInt(at) - started) / 1e6);
  }
  process_.kill();
  beside?.kill();
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * pick)];
}

function sockets() {
  const http = createServer();
  return { http, io: new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false }) };
}

const eventAt = (position) => ({
  eventType: 'USER_INTERVENTION',
  taskId: 'bench',
  codeVersion: 0,
  sequenceNumber: position,
  streamSequence: position,
  timestamp: '2026-01-01T00:00:00.000Z',
  data,
});

function room(clients) {
  return async () => {
    const { http, io } = sockets();
    io.on('connection', (socket) =>
      socket.on('subscribe', (_request, acknowledge) => {
        socket.join('bench');
        acknowledge({ ok: true });
      }),
    );
    const time = await measure(
      http,
      clients,
      (position) => {
        const { eventType, taskId, codeVersion, timestamp } = eventAt(position);
        const places = { sequence: position, streamSequence: position };
        const message = { type: eventType, taskId, version: codeVersion, ...places, timestamp, data };
        io.to('bench').emit('events', {
          subscriptionId: 'bench',
          from: position - 1,
          to: position,
          messages: [message],
        });
      },
      0.5,
    );
    return time;
  };
}

async function serve(io, events) {
  const { LiveHub } = await built('gateway/live-hub.js');
  const { subjectOf } = await built('gateway/subject.js');
  const limits = {
    ackTimeoutMs: 30_000,
    maxSubscriptions: 10,
    maxUnacknowledgedBytes: 8_388_608,
    maxWaitingPackets: 1000,
  };
  const care = { maxAgeMs: 86_400_000, idleAfterMs: 60_000, memoryUse: () => 0 };
  const hub = new LiveHub({ events, limits, care, report: console.error });
  io.on('connection', (socket) => {
    hub.connected(socket);
    socket.on('subscribe', async ({ taskId }, acknowledge) => {
      const subscription = await hub.subscribe(socket, subjectOf(taskId), 0);
      acknowledge({ ok: true, subscriptionId: subscription.id });
      setImmediate(() => subscription.start());
    });
  });
}

/** A log without a store: what is pushed is what follows. */
function pushed() {
  let push;
  const source = {
    lastSequence: async () => 0,
    readAll: async () => [],
    async *read() {},
    async *subscribe() {
      for (;;) yield await new Promise((resolve) => (push = (event) => resolve([event])));
    },
  };
  return { source, push: (event) => push(event) };
}

function fanOut(clients) {
  return async () => {
    const { http, io } = sockets();
    const log = pushed();
    await serve(io, log.source);
    const time = await measure(http, clients, (position) => log.push(eventAt(position)), 0.5);
    return time;
  };
}

function wholePath(clients, pick, deaf = 0) {
  return async (directory) => {
    const { store: events } = await openStore(directory);
    const { http, io } = sockets();
    await serve(io, events);
    const append = () => events.append('bench', [{ eventType: 'USER_INTERVENTION', data }]);
    const time = await measure(http, clients, append, pick, deaf);
    return time;
  };
}

const [few, many] = [FEW, MANY].map((clients) => `${clients.toLocaleString('en-US')} clients`);

await compare({
  file: import.meta.url,
  title: 'One 1 KB event until the last client has it',
  unit: 'ms',
  arms: {
    [`room, ${few}`]: room(FEW),
    [`gateway, ${few}`]: fanOut(FEW),
    [`room, ${many}`]: room(MANY),
    [`gateway, ${many}`]: fanOut(MANY),
    [`append to client, ${few}, median`]: wholePath(FEW, 0.5),
    [`append to client, ${few}, p99`]: wholePath(FEW, 0.99),
    [`the same beside ${FEW} that read nothing, median`]: wholePath(FEW, 0.5, FEW),
    [`the same beside ${FEW} that read nothing, p99`]: wholePath(FEW, 0.99, FEW),
  },
  targets: {
    [`gateway, ${few}`]: { of: `room, ${few}`, atMost: 1.2 },
    [`gateway, ${many}`]: { of: `room, ${many}`, atMost: 1.2 },
    [`append to client, ${few}, p99`]: { atMost: 50 },
    [`the same beside ${FEW} that read nothing, median`]: { of: `append to client, ${few}, median`, atMost: 1.2 },
    [`the same beside ${FEW} that read nothing, p99`]: { atMost: 50 },
  },
});
