import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type TaskloomClient } from '../../src/client/index.ts';
import { ask, bareSocket, LiveServer } from '../support/live-server.ts';
import { BareWorker } from '../support/remote-worker.ts';
import { eventsOf, eventually } from '../support/rest.ts';

const GRACE_MS = 600;

describe('remote workers', () => {
  let server: LiveServer;
  let client: TaskloomClient;

  beforeAll(async () => {
    server = await LiveServer.start({
      WORKER_GRACE_MS: String(GRACE_MS),
      HEARTBEAT_INTERVAL_MS: '200',
      HEARTBEAT_TIMEOUT_MS: '60000',
      RPN_WORKERS: '0',
    });
    client = connect({ url: server.url });
  });
  afterAll(async () => {
    client.close();
    await server[Symbol.asyncDispose]();
  });

  const types = async (messageId: string) => (await eventsOf(server.url, messageId)).map(({ eventType }) => eventType);
  const send = (type: string, more: object = {}) =>
    client.dispatch({ strategy: 'ROUND_ROBIN', type, payload: 'x', timeoutMs: 20_000, ...more });
  const codeOf = (dispatched: Promise<unknown>) =>
    dispatched.then(
      () => 'answered',
      (error: unknown) => (error as { code: string }).code,
    );

  it('register, are assigned, report progress and answer; the clocks of both go on [GW-20, BR-5]', async () => {
    using worker = await BareWorker.connect(server.url, { type: 'a', capabilities: ['x'], maxConcurrent: 2 });
    expect(worker.registration).toMatchObject({ ok: true, heartbeatMs: 200, graceMs: GRACE_MS, revoked: [] });
    const answer = send('a', { payload: { deep: ['ö', 1] } });
    const assigned = await worker.assignment();
    expect(assigned).toMatchObject({ attempt: 1, payload: { deep: ['ö', 1] } });
    expect(Object.keys(assigned.clock)).toHaveLength(1);
    const { messageId, lease } = assigned;
    expect(await ask(worker.socket, 'worker:progress', { messageId, lease, progress: { percent: 40 } })).toEqual({
      ok: true,
    });
    const clock = { ...assigned.clock, 'worker-a': 7 };
    expect(await worker.result(assigned, { sum: 3 }, { clock })).toEqual({ ok: true });
    expect(await answer).toEqual({ messageId, answers: [{ workerId: worker.id, ok: true, result: { sum: 3 } }] });
    const events = await eventsOf(server.url, messageId);
    expect(events.map(({ eventType }) => eventType)).toEqual([
      'MESSAGE_SENT',
      'MESSAGE_ASSIGNED',
      'MESSAGE_PROGRESS',
      'MESSAGE_ANSWERED',
    ]);
    expect(events.at(-1)).toMatchObject({ vectorClock: { 'worker-a': 7 } });
  });

  it('answer over the socket what clients dispatch over the socket [GW-21, GW-4]', async () => {
    using worker = await BareWorker.connect(server.url, { type: 'b' });
    using asking = await bareSocket(server.url);
    const answer = ask(asking, 'broker:dispatch', { strategy: 'DIRECT', target: worker.id, payload: 1 });
    await worker.result(await worker.assignment(), 2);
    expect(await answer).toMatchObject({ ok: true, answers: [{ workerId: worker.id, result: 2 }] });
    const refused = (body: unknown) => ask(asking, 'broker:dispatch', body);
    expect(await refused({ strategy: 'OFFER', type: 'none', payload: 1 })).toMatchObject({
      ok: false,
      error: { code: 'BROKER_NO_WORKER' },
    });
    expect(await refused({ strategy: 'OFFER', type: 'none' })).toMatchObject({
      error: { code: 'INVALID_INPUT', details: { issues: [{ path: 'payload', message: 'is missing' }] } },
    });
    expect(await refused({ strategy: 'X', payload: 1, more: 1 })).toMatchObject({ error: { code: 'INVALID_INPUT' } });
  });

  it('may say what workers say only when they are registered [GW-20]', async () => {
    using socket = await bareSocket(server.url);
    for (const name of ['heartbeat', 'progress', 'result', 'error', 'leave']) {
      expect(await ask(socket, `worker:${name}`, {})).toMatchObject({ error: { code: 'BROKER_NOT_REGISTERED' } });
    }
    for (const wrong of [{}, { type: '' }, { type: 'x', maxConcurrent: 0 }, { type: 'x', workerId: '../x' }, null]) {
      expect(await ask(socket, 'worker:register', wrong)).toMatchObject({ error: { code: 'INVALID_INPUT' } });
    }
  });

  it('are one for each connection: a second registration over it is refused and changes nothing [GW-20]', async () => {
    using worker = await BareWorker.connect(server.url, { type: 'twice' });
    for (const request of [{ type: 'twice' }, { type: 'twice', ...worker.resumption }]) {
      expect(await ask(worker.socket, 'worker:register', request)).toMatchObject({
        ok: false,
        error: { code: 'BROKER_ALREADY_REGISTERED' },
      });
    }
    const answer = send('twice');
    await worker.result(await worker.assignment(), 'once');
    expect((await answer).answers).toMatchObject([{ workerId: worker.id, result: 'once' }]);
    expect((await client.workers()).filter(({ type }) => type === 'twice')).toHaveLength(1);
  });

  it('get no more at once than they said, and the rest waits before them [BR-1, GW-20]', async () => {
    using worker = await BareWorker.connect(server.url, { type: 'c', maxConcurrent: 2 });
    const answers = [1, 2, 3].map(() => send('c'));
    await worker.assignment(2);
    await worker.heartbeat();
    expect(worker.assigned).toHaveLength(2);
    expect((await client.workers()).find(({ id }) => id === worker.id)).toMatchObject({ handling: 2, waiting: 1 });
    for (let count = 1; count <= 3; count++) await worker.result(await worker.assignment(count), count);
    expect((await Promise.all(answers)).flatMap(({ answers: [answer] }) => answer)).toMatchObject([
      { result: 1 },
      { result: 2 },
      { result: 3 },
    ]);
  });

  it('keep id and work over a lost connection: what they never saw is sent once, the rest goes on [GW-20]', async () => {
    const worker = await BareWorker.connect(server.url, { type: 'd', maxConcurrent: 2 });
    const first = send('d', { payload: 'first' });
    const assigned = await worker.assignment();
    worker.socket.disconnect();
    await eventually(
      () => client.workers(),
      (all) => all.some(({ id, reachable }) => id === worker.id && !reachable),
    );
    const second = send('d', { payload: 'second' });
    using back = await BareWorker.connect(server.url, {
      type: 'd',
      ...worker.resumption,
      holding: [assigned.lease],
    });
    expect(back.registration).toMatchObject({ workerId: worker.id, revoked: [] });
    expect(await back.assignment()).toMatchObject({ payload: 'second', attempt: 1 });
    await back.result(assigned, 1);
    await back.result(await back.assignment(), 2);
    expect((await Promise.all([first, second])).flatMap(({ answers }) => answers)).toMatchObject([
      { workerId: worker.id, result: 1 },
      { workerId: worker.id, result: 2 },
    ]);
    expect(back.assigned).toHaveLength(1);
  });

  it('have lost what they saw and no longer hold when they come back [BR-3, GW-20]', async () => {
    const worker = await BareWorker.connect(server.url, { type: 'e' });
    const answer = codeOf(send('e'));
    const { lease } = await worker.assignment();
    worker.socket.disconnect();
    using back = await BareWorker.connect(server.url, { type: 'e', ...worker.resumption, lastLease: lease });
    expect(await answer).toBe('BROKER_WORKER_LOST');
    expect(back.assigned).toEqual([]);
  });

  it.each([
    ['given to another', true, 'answered'],
    ['lost', false, 'BROKER_WORKER_LOST'],
  ])(
    'are lost after the grace time; what is repeatable or not is %s, and the late answer refused and recorded [BR-3, GW-20]',
    async (_fate, repeatable, outcome) => {
      const type = `f-${String(repeatable)}`;
      const worker = await BareWorker.connect(server.url, { type });
      const answer = codeOf(send(type, { repeatable }));
      const assigned = await worker.assignment();
      using spare = await BareWorker.connect(server.url, { type });
      worker.socket.disconnect();
      if (repeatable) {
        const again = await spare.assignment();
        expect(again).toMatchObject({ messageId: assigned.messageId, attempt: 2 });
        expect(again.lease > assigned.lease).toBe(true);
        await spare.result(again, 'spare');
      }
      expect(await answer).toBe(outcome);
      // Frozen all the while, and now awake.
      using late = await BareWorker.connect(server.url, { type, ...worker.resumption, holding: [assigned.lease] });
      expect(late.registration).toMatchObject({ ok: true, revoked: [assigned.lease] });
      expect(await late.result(assigned, 'late')).toMatchObject({ ok: false, error: { code: 'BROKER_LEASE_LOST' } });
      const recorded = await types(assigned.messageId);
      expect(recorded.at(-1)).toBe('MESSAGE_ANSWER_REFUSED');
      expect(recorded.filter((eventType) => eventType === 'MESSAGE_ANSWERED')).toHaveLength(repeatable ? 1 : 0);
      expect(spare.assigned).toHaveLength(repeatable ? 1 : 0);
    },
  );

  it('cannot answer twice, nor under a lease that was made up; what never was is not recorded [BR-3]', async () => {
    using worker = await BareWorker.connect(server.url, { type: 'g' });
    const answer = send('g');
    const assigned = await worker.assignment();
    await worker.result(assigned, 1);
    await answer;
    const lost = { ok: false, error: { code: 'BROKER_LEASE_LOST' } };
    expect(await worker.result(assigned, 2)).toMatchObject(lost);
    expect((await types(assigned.messageId)).slice(-2)).toEqual(['MESSAGE_ANSWERED', 'MESSAGE_ANSWER_REFUSED']);
    const before = await server.events.lastSequence();
    const madeUp = { ...assigned, messageId: '01937b1e-6a1c-7000-8000-000000000000' };
    expect(await worker.result(madeUp, 3)).toMatchObject(lost);
    expect(await server.events.lastSequence()).toBe(before);
  });

  it('are told when nobody waits any more, and their answer is then too late [BR-3]', async () => {
    using worker = await BareWorker.connect(server.url, { type: 'h' });
    expect(await codeOf(send('h', { timeoutMs: 100 }))).toBe('BROKER_TIMEOUT');
    await worker.until(() => worker.cancelled.length > 0);
    const assigned = await worker.assignment();
    expect(worker.cancelled).toEqual([{ messageId: assigned.messageId, lease: assigned.lease }]);
    expect(await worker.result(assigned, 1)).toMatchObject({ error: { code: 'BROKER_LEASE_LOST' } });
  });

  it('prove by their heartbeat that assignments reach them; one that is deaf is cut off and sent them again [GW-20]', async () => {
    const worker = await BareWorker.connect(server.url, { type: 'i' });
    const answer = send('i');
    await worker.assignment();
    // The connection is fine, and so is the way back; but the assignment was never seen.
    await eventually(
      () => worker.heartbeat(null).catch(() => null),
      () => worker.said.some(({ code }) => code === 'WORKER_DEAF'),
      5000,
    );
    await worker.until(() => !worker.socket.connected);
    using back = await BareWorker.connect(server.url, { type: 'i', ...worker.resumption, lastLease: null });
    await back.result(await back.assignment(), 'heard');
    expect((await answer).answers).toMatchObject([{ workerId: worker.id, result: 'heard' }]);
    const messageId = back.assigned[0]?.messageId ?? '';
    expect((await types(messageId)).filter((type) => type === 'MESSAGE_ASSIGNED')).toHaveLength(1);
  });

  it('keep their name against others while they are connected, and lose it to a new process when they are away [GW-20]', async () => {
    using worker = await BareWorker.connect(server.url, { type: 'j', workerId: 'named' });
    using other = await BareWorker.connect(server.url, { type: 'j', workerId: 'named' });
    expect(other.registration).toMatchObject({ ok: false, error: { code: 'BROKER_WORKER_ID_TAKEN' } });
    const answer = codeOf(send('j'));
    await worker.assignment();
    worker.socket.disconnect();
    using heir = await BareWorker.connect(server.url, { type: 'j', workerId: 'named' });
    expect(heir.registration).toMatchObject({ ok: true, workerId: 'named' });
    expect(await answer).toBe('BROKER_WORKER_LOST');
    const next = send('j');
    await heir.result(await heir.assignment(), 'heir');
    expect((await next).answers).toMatchObject([{ workerId: 'named', result: 'heir' }]);
  });

  it('finish what they are at when they leave, and what waited goes to others [BR-1, GW-20]', async () => {
    using worker = await BareWorker.connect(server.url, { type: 'k' });
    const first = send('k', { payload: 1 });
    await worker.assignment();
    const second = send('k', { payload: 2 });
    await eventually(
      () => client.workers(),
      (all) => all.some(({ id, waiting }) => id === worker.id && waiting === 1),
    );
    using spare = await BareWorker.connect(server.url, { type: 'k' });
    const left = ask(worker.socket, 'worker:leave', {});
    await spare.result(await spare.assignment(), 'spare');
    await worker.result(await worker.assignment(), 'last');
    expect(await left).toEqual({ ok: true });
    expect((await Promise.all([first, second])).flatMap(({ answers }) => answers)).toMatchObject([
      { workerId: worker.id, result: 'last' },
      { workerId: spare.id, result: 'spare' },
    ]);
    expect((await client.workers()).map(({ id }) => id)).not.toContain(worker.id);
  });

  it('are refused what is too wrong to be an answer, and may correct it [GW-4]', async () => {
    using worker = await BareWorker.connect(server.url, { type: 'l' });
    const answer = send('l');
    const { messageId, lease } = await worker.assignment();
    for (const wrong of [
      { messageId, lease },
      { messageId, lease: 'x', result: 1 },
      { messageId, lease, result: 1, clock: { a: -1 } },
    ]) {
      expect(await ask(worker.socket, 'worker:result', wrong)).toMatchObject({ error: { code: 'INVALID_INPUT' } });
    }
    expect(await ask(worker.socket, 'worker:error', { messageId, lease, code: 'TOO_HOT', message: 'melted' })).toEqual({
      ok: true,
    });
    await expect(answer).rejects.toMatchObject({
      code: 'BROKER_MESSAGE_FAILED',
      details: { reasonCode: 'TOO_HOT', reason: 'melted' },
    });
  });
});
