import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type TaskloomClient } from '../../src/client/index.ts';
import { LiveServer } from '../support/live-server.ts';
import { BareWorker } from '../support/remote-worker.ts';
import { request } from '../support/rest.ts';

describe('workers of the client library', () => {
  let server: LiveServer;
  let client: TaskloomClient;

  beforeAll(async () => {
    server = await LiveServer.start();
    client = connect({ url: server.url });
  });
  afterAll(async () => {
    client.close();
    await server[Symbol.asyncDispose]();
  });

  const send = (type: string, more: object = {}) =>
    client.dispatch({ strategy: 'ROUND_ROBIN', type, payload: 'x', timeoutMs: 20_000, ...more });

  it('work until they are stopped, and tell their errors with their code [GW-20]', async () => {
    const own = connect({ url: server.url });
    const session = own.work({
      type: 'm',
      handle: (payload, { progress }) => {
        progress('begun');
        if (payload === 'x') throw Object.assign(new Error('no x'), { code: 'NO_X' });
        return [payload];
      },
    });
    const workerId = await session.registered;
    expect((await send('m', { payload: 1 })).answers).toEqual([{ workerId, ok: true, result: [1] }]);
    await expect(send('m')).rejects.toMatchObject({ details: { reasonCode: 'NO_X', reason: 'no x' } });
    await session.stop();
    await session.ended;
    await expect(send('m')).rejects.toMatchObject({ code: 'BROKER_NO_WORKER' });
    own.close();
  });

  it('say that a result is too large instead of being cut off for it', async () => {
    const own = connect({ url: server.url });
    const session = own.work({ type: 'n', handle: () => 'x'.repeat(1_100_000) });
    await session.registered;
    await expect(send('n')).rejects.toMatchObject({ details: { reasonCode: 'RESULT_TOO_LARGE' } });
    await session.stop();
    own.close();
  });

  it('reject with what the server has against them', async () => {
    const own = connect({ url: server.url });
    await expect(own.work({ type: '', handle: () => null }).registered).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    own.close();
  });
});

describe('a server with a worker token', () => {
  it('takes only workers that know it, and shows it nowhere [GW-20]', async () => {
    const WORKER_TOKEN = 'a-token-of-twenty-characters';
    await using server = await LiveServer.start({ WORKER_TOKEN });
    using stranger = await BareWorker.connect(server.url);
    expect(stranger.registration).toMatchObject({ ok: false, error: { code: 'BROKER_WORKER_TOKEN' } });
    for (const token of ['wrong', 'a-token-of-twenty-characterz', `${WORKER_TOKEN} `]) {
      const client = connect({ url: server.url, token });
      await expect(client.work({ type: 'x', handle: () => null }).registered).rejects.toMatchObject({
        code: 'BROKER_WORKER_TOKEN',
      });
      client.close();
    }
    const client = connect({ url: server.url, token: WORKER_TOKEN });
    const session = client.work({ type: 'x', handle: (payload) => payload });
    await session.registered;
    const { body } = await request('POST', `${server.url}/messages`, {
      strategy: 'OFFER',
      type: 'x',
      payload: WORKER_TOKEN,
    });
    expect(body).toMatchObject({ answers: [{ ok: true }] });
    expect(JSON.stringify(await server.events.readAll({ after: 0 }))).not.toContain(WORKER_TOKEN);
    await session.stop();
    client.close();
  });
});
