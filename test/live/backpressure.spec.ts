import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type SystemMessage } from '../../src/client/index.ts';
import { LiveServer } from '../support/live-server.ts';
import { eventually, request } from '../support/rest.ts';

describe('a queue that fills up', () => {
  // A model server that never answers: the only slot stays taken, and what is submitted stays queued.
  const silent = createServer(() => undefined);
  let server: LiveServer;

  beforeAll(async () => {
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    server = await LiveServer.start({
      LLM_PROVIDER: 'ollama',
      OLLAMA_BASE_URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      MAX_CONCURRENT: '1',
      MAX_QUEUE: '10',
    });
    await request('POST', `${server.url}/tasks`, { prompt: 'x', taskId: 'holds-the-slot' });
    await eventually(
      () => server.events.getEvents('holds-the-slot'),
      (events) => events.length > 1,
    );
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    silent.closeAllConnections();
    silent.close();
  });

  it('is told to every connected client, and so is that there is room again [OR-20]', async () => {
    const told: SystemMessage[][] = [[], []];
    const clients = told.map((messages) => connect({ url: server.url, onSystem: (message) => messages.push(message) }));
    const submit = (index: number) =>
      request('POST', `${server.url}/tasks`, { prompt: 'x', taskId: `queued-${index}` });
    for (let index = 0; index < 8; index++) expect((await submit(index)).status).toBe(201);
    for (const client of clients) void client.watch('queued-0').next();
    for (let index = 8; index < 10; index++) expect((await submit(index)).status).toBe(201);
    const codes = () => Promise.resolve(told.map((messages) => messages.map(({ code }) => code)));
    await eventually(codes, (all) => all.every((each) => each.includes('QUEUE_FULL')));
    for (let index = 1; index < 5; index++) await request('DELETE', `${server.url}/tasks/queued-${index}`);
    await eventually(codes, (all) => all.every((each) => each.includes('QUEUE_RELIEVED')));
    expect(told[0]?.find(({ code }) => code === 'QUEUE_FULL')).toEqual({
      level: 'error',
      code: 'QUEUE_FULL',
      message: '10 of 10 places of the queue are taken: new tasks wait for room, or are refused.',
    });
    for (const client of clients) client.close();
  });
});
