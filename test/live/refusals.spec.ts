import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { ask, bareSocket, LiveServer } from '../support/live-server.ts';
import { eventually } from '../support/rest.ts';

let server: LiveServer;

beforeAll(async () => {
  server = await LiveServer.start();
  await server.say('known', 3, { atOnce: true });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const deep: unknown = JSON.parse('{"a":'.repeat(600) + '1' + '}'.repeat(600));
const names = ['subscribe', 'unsubscribe', 'intervene', 'cancel', 'getState'];

describe('a wrong message', () => {
  const wrong: readonly (readonly [string, ...unknown[]])[] = [
    ...names.flatMap((name): (readonly [string, ...unknown[]])[] => [
      [name],
      [name, null],
      [name, 'text'],
      [name, 7],
      [name, []],
      [name, [{ taskId: 'known' }]],
      [name, {}],
      [name, { taskId: 7, subscriptionId: 7 }],
      [name, { taskId: '', subscriptionId: '' }],
      [name, { taskId: 'known', guidance: 'x', subscriptionId: 'x', surprise: true }],
      [name, { taskId: 'known', guidance: 'x' }, { taskId: 'known' }],
      [name, JSON.parse('{"taskId":"known","guidance":"x","subscriptionId":"x","__proto__":{"isAdmin":true}}')],
      [name, { constructor: { prototype: { isAdmin: true } } }],
      [name, deep],
      [name, Buffer.from('bytes')],
      [name, { taskId: Buffer.from('known') }],
      [name, { taskId: 'x'.repeat(300) }],
      [name, { taskId: '\ud800' }],
    ]),
    ['subscribe', { taskId: 'known', afterStreamSequence: -1 }],
    ['subscribe', { taskId: 'known', afterStreamSequence: 1.5 }],
    ['subscribe', { taskId: 'known', afterStreamSequence: '1' }],
    ['subscribe', { taskId: 'known', afterStreamSequence: 2 ** 60 }],
    ['subscribe', { taskId: 'known', all: true }],
    ['subscribe', { taskId: 'known', types: [] }],
    ['subscribe', { taskId: 'known', types: 'USER_INTERVENTION' }],
    ['subscribe', { taskId: 'known', wait: 'yes' }],
    ['intervene', { taskId: 'known', guidance: '  ' }],
    ['intervene', { taskId: 'known', guidance: 'x'.repeat(20_001) }],
    ['getState', { taskId: 'known', until: 'yesterday' }],
    ['getState', { taskId: 'known', until: {} }],
  ];

  it('of any kind gets a typed answer that says where it is wrong, on a connection that lives on [GW-4]', async () => {
    using socket = await bareSocket(server.url);
    for (const [name, ...parameters] of wrong) {
      const answer = await ask(socket, name, ...parameters);
      const told = JSON.stringify(parameters).slice(0, 200);
      expect({ name, told, ok: answer.ok, code: answer.error?.code }).toEqual({
        name,
        told,
        ok: false,
        code: 'INVALID_INPUT',
      });
      expect(answer.error?.message).not.toBe('');
      expect(answer.error?.details.issues).toEqual([
        ...(answer.error?.details.issues as { path: string; message: string }[]).map(() => ({
          path: expect.any(String),
          message: expect.any(String),
        })),
      ]);
    }
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(await ask(socket, 'getState', { taskId: 'known' })).toMatchObject({ ok: true, streamSequence: 3 });
    expect(server.hub.isFollowing).toBe(false);
  });

  it('nested deeper than any stack is answered; what is no packet at all ends only its own connection [GW-4]', async () => {
    const nested = (levels: number) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
    using socket = await bareSocket(server.url);
    const answers: string[] = [];
    socket.io.engine.on('data', (data: string) => answers.push(data));
    // By hand: no client could write it.
    for (const [index, name] of names.entries()) socket.io.engine.write(`2${index}["${name}",${nested(50_000)}]`);
    await eventually(
      async () => Promise.resolve(answers),
      ({ length }) => length === names.length,
    );
    for (const answer of answers) expect(answer).toMatch(/^3\d\[\{"ok":false,"error":\{"code":"INVALID_INPUT"/);

    for (const packet of ['2["', '9'.repeat(100)]) {
      using broken = await bareSocket(server.url);
      broken.io.engine.write(packet);
      await new Promise((resolve) => broken.once('disconnect', resolve));
    }
    expect(await ask(socket, 'getState', { taskId: 'known' })).toMatchObject({ ok: true });
  });

  it('names the field [GW-4]', async () => {
    using socket = await bareSocket(server.url);
    const { error } = await ask(socket, 'subscribe', { taskId: 'known', afterStreamSequence: -1 });
    expect(error?.details.issues).toMatchObject([{ path: 'afterStreamSequence' }]);
    const types = await ask(socket, 'subscribe', { taskId: 'known', types: ['A', 7] });
    expect(types.error?.details.issues).toMatchObject([{ path: 'types[1]' }]);
  });

  it('of an unknown name is answered too [GW-4]', async () => {
    using socket = await bareSocket(server.url);
    for (const name of ['pleaseRun', 'constructor', '__proto__', 'toString', 'worker:obey']) {
      expect(await ask(socket, name, {})).toMatchObject({ ok: false, error: { code: 'SOCKET_MESSAGE_UNKNOWN' } });
    }
  });

  it('that asks for no answer is told by a system message [GW-4]', async () => {
    using socket = await bareSocket(server.url);
    const told: unknown[] = [];
    socket.on('system', (message) => told.push(message));
    socket.emit('subscribe', { taskId: 7 });
    socket.emit('cancel', { taskId: 'nobody' });
    socket.emit('pleaseRun');
    await eventually(
      async () => Promise.resolve(told),
      ({ length }) => length === 3,
    );
    expect(told.map((message) => (message as { code: string }).code).toSorted()).toEqual([
      'INVALID_INPUT',
      'SOCKET_MESSAGE_UNKNOWN',
      'TASK_NOT_FOUND',
    ]);
  });

  it('hides what broke inside, and the server lives [GW-4]', async () => {
    using socket = await bareSocket(server.url);
    const { read } = server.tasks;
    const state = read.state.bind(read);
    read.state = () => Promise.reject(new Error('secret path /etc/x'));
    const answer = await ask(socket, 'getState', { taskId: 'known' });
    read.state = () => {
      throw new TypeError('secret');
    };
    const thrown = await ask(socket, 'subscribe', { taskId: 'known' });
    read.state = state;
    for (const { error } of [answer, thrown]) expect(error).toMatchObject({ code: 'INTERNAL', details: {} });
    expect(JSON.stringify([answer, thrown])).not.toContain('secret');
    expect(await ask(socket, 'getState', { taskId: 'known' })).toMatchObject({ ok: true });
  });
});

describe('a task', () => {
  it('is guided, asked for its past and cancelled over the socket; all of it is in the log [GW-4]', async () => {
    using socket = await bareSocket(server.url);
    const { taskId } = await server.tasks.create({ prompt: 'x', language: 'javascript', modules: [{ path: 'a.js' }] });
    const guided = await ask(socket, 'intervene', { taskId, guidance: 'keep digits', by: 'ada' });
    expect(guided).toMatchObject({ ok: true, task: { taskId } });
    expect(await ask(socket, 'cancel', { taskId, reason: 'enough', by: 'ada' })).toMatchObject({
      ok: true,
      changed: true,
      task: { status: 'cancelled' },
    });
    expect(await ask(socket, 'cancel', { taskId })).toMatchObject({ ok: true, changed: false });
    expect(await ask(socket, 'intervene', { taskId, guidance: 'late' })).toMatchObject({
      error: { code: 'TASK_FINISHED' },
    });
    const past = await ask(socket, 'getState', { taskId, until: 1 });
    expect(past).toMatchObject({ ok: true, streamSequence: 1, state: { status: 'created' } });
    const facts = await server.events.getEvents(taskId, { types: ['USER_INTERVENTION', 'TASK_CANCELLED'] });
    expect(facts.map(({ data }) => data)).toEqual([
      { guidance: 'keep digits', by: 'ada', priority: 'CRITICAL' },
      { reason: 'enough', by: 'ada' },
    ]);
  });
});

describe('the handshake', () => {
  const attempt = (headers: Record<string, string>): Promise<string> =>
    new Promise((resolve) => {
      const socket = io(server.url, {
        transports: ['websocket'],
        forceNew: true,
        reconnection: false,
        extraHeaders: headers,
      });
      const end = (outcome: string) => {
        socket.disconnect();
        resolve(outcome);
      };
      socket.on('connect', () => end('connected'));
      socket.on('connect_error', () => end('refused'));
    });

  it('is for programs of this machine and pages of this server alone [GW-4]', async () => {
    const { host, port } = new URL(server.url);
    expect(await attempt({ origin: server.url })).toBe('connected');
    expect(await attempt({ host: `localhost:${port}` })).toBe('connected');
    expect(await attempt({ origin: 'http://evil.example' })).toBe('refused');
    expect(await attempt({ origin: 'null' })).toBe('refused');
    expect(await attempt({ origin: `http://localhost:${port}`, host })).toBe('refused');
    expect(await attempt({ host: `evil.example:${port}` })).toBe('refused');
    expect(await attempt({ host: '127.0.0.1:1' })).toBe('refused');
  });

  it('is by WebSocket alone [GW-4]', async () => {
    const status = await new Promise((resolve, reject) => {
      httpRequest(`${server.url}/socket.io/?EIO=4&transport=polling`, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(400);
  });
});
