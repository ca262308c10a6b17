import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WorkItemsService } from '../../src/tasks/index.ts';
import { eventsOf, eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface Item {
  id: string;
  taskId: string;
  kind: string;
  messages: { role: string; content: string }[];
  answerSchema: { properties: { path: { enum: string[] } } };
  leaseToken: string;
  claimedBy: string | null;
}

interface Problem {
  code: string;
  errors: { path: string; message: string }[];
}

describe('work items over REST', () => {
  let server: TestServer;
  let url: string;

  beforeAll(async () => {
    server = await runServer();
    url = `${server.url}/work-items`;
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const submit = (taskId: string) =>
    request('POST', `${server.url}/tasks`, { prompt: 'x', taskId, modules: [{ path: 'src/a.js' }] });
  const claim = (body: object = {}) =>
    request<{ item: Item }>('POST', `${url}/claim`, { by: 'test', waitMs: 10_000, ...body });
  const send = (id: string, what: 'answer' | 'release', body: object) =>
    request<Problem>('POST', `${url}/${id}/${what}`, body);
  const cancel = (taskId: string) => request('DELETE', `${server.url}/tasks/${taskId}`);

  it('answers 204 without a body when there is none [LM-7]', async () => {
    const { status, body } = await claim({ waitMs: 0 });
    expect({ status, body }).toEqual({ status: 204, body: null });
  });

  it('lists, claims, gives back and answers an item, each with what the caller needs [LM-7]', async () => {
    await submit('a');
    const { status, body } = await claim();
    expect(status).toBe(200);
    expect(body.item).toMatchObject({ taskId: 'a', claimedBy: 'test', answerSchema: { type: 'object' } });
    expect(body.item.messages.length).toBeGreaterThan(0);
    const listed = await request<{ items: Item[] }>('GET', url);
    expect(listed.body.items.map(({ id, claimedBy }) => [id, claimedBy])).toEqual([[body.item.id, 'test']]);
    expect(JSON.stringify(listed.body)).not.toContain(body.item.leaseToken);
    expect((await send(body.item.id, 'release', { leaseToken: body.item.leaseToken })).status).toBe(200);
    const again = (await claim({ by: 'another' })).body.item;
    expect(again.id).toBe(body.item.id);
    const stale = await send(again.id, 'release', { leaseToken: body.item.leaseToken });
    expect({ status: stale.status, code: stale.body.code }).toEqual({ status: 409, code: 'WORK_ITEM_LEASE_LOST' });
    await cancel('a');
  });

  it('refuses an answer that does not fit with what is wrong, and a second one at all [LM-7]', async () => {
    await submit('b');
    const { id, leaseToken, answerSchema } = (await claim()).body.item;
    const wrong = await send(id, 'answer', { leaseToken, answer: { path: 7 } });
    expect({ status: wrong.status, code: wrong.body.code }).toEqual({ status: 422, code: 'WORK_ITEM_ANSWER_REFUSED' });
    expect(wrong.body.errors.map(({ path }) => path)).toContain('path');
    const right = { leaseToken, answer: { path: answerSchema.properties.path.enum[0], code: 'export const a = 1;' } };
    expect((await send(id, 'answer', right)).status).toBe(200);
    expect((await send(id, 'answer', right)).status).toBe(409);
    await cancel('b');
  });

  it.each([
    ['claim', {}],
    ['claim', { by: '' }],
    ['claim', { by: 'x', waitMs: -1 }],
    ['claim', { by: 'x', waitMs: 50_001 }],
    ['claim', { by: 'x', kinds: 'PlanTask' }],
    ['claim', { by: 'x', more: 1 }],
    ['01937b1e-6a1c-7000-8000-000000000000/answer', { leaseToken: 'x' }],
    ['01937b1e-6a1c-7000-8000-000000000000/answer', { leaseToken: 'x', answer: null }],
    ['01937b1e-6a1c-7000-8000-000000000000/answer', { leaseToken: 'x', answer: [] }],
    ['01937b1e-6a1c-7000-8000-000000000000/release', {}],
  ])('refuses POST %s %j [API-2]', async (path, body) => {
    expect((await request('POST', `${url}/${path}`, body)).status).toBe(400);
  });

  it.each(['x', '01937b1e-6a1c-7000-8000-000000000000', '..%2F..'])('knows no item %s [API-4]', async (id) => {
    for (const [what, more] of [
      ['answer', { answer: {} }],
      ['release', {}],
    ] as const) {
      const { status, body } = await send(id, what, { leaseToken: 'x', ...more });
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'WORK_ITEM_NOT_FOUND' });
    }
  });

  it('does not leave an item with a client that has gone while it waited [LM-7]', async () => {
    const taken = jest.spyOn(server.app.get(WorkItemsService), 'claim');
    const leave = new AbortController();
    const left = fetch(`${url}/claim`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ by: 'gone', waitMs: 50_000 }),
      signal: leave.signal,
    }).catch(() => null);
    await eventually(
      () => Promise.resolve(taken.mock.calls.length),
      (count) => count === 1,
    );
    taken.mockRestore();
    leave.abort();
    await left;
    await submit('c');
    const free = await eventually(
      () => request<{ items: Item[] }>('GET', url),
      ({ body }) => body.items.some(({ taskId, claimedBy }) => taskId === 'c' && claimedBy === null),
      10_000,
    );
    expect(free.status).toBe(200);
    const mine = (await claim({ by: 'here' })).body.item;
    expect(mine).toMatchObject({ taskId: 'c', claimedBy: 'here' });
    const claims = (await eventsOf(server.url, 'c')).filter(({ eventType }) => eventType === 'WORK_ITEM_CLAIMED');
    expect(claims.at(-1)?.data.by).toBe('here');
    await cancel('c');
  });

  it('gives an item back at once when its claimant left just before it came [LM-7]', async () => {
    const items = server.app.get(WorkItemsService);
    const claimNow = items.claim.bind(items);
    const leave = new AbortController();
    const spy = jest.spyOn(items, 'claim').mockImplementation(async ({ by, signal }) => {
      leave.abort();
      await once(signal!, 'abort');
      return claimNow({ by, waitMs: 10_000 });
    });
    try {
      await submit('d');
      await fetch(`${url}/claim`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ by: 'gone' }),
        signal: leave.signal,
      }).catch(() => null);
      const events = await eventually(
        () => eventsOf(server.url, 'd'),
        (all) => all.some(({ eventType }) => eventType === 'WORK_ITEM_RELEASED'),
        10_000,
      );
      expect(events.find(({ eventType }) => eventType === 'WORK_ITEM_CLAIMED')?.data.by).toBe('gone');
      const listed = await request<{ items: Item[] }>('GET', url);
      expect(listed.body.items.map(({ claimedBy }) => claimedBy)).toEqual([null]);
    } finally {
      spy.mockRestore();
      await cancel('d');
    }
  });
});
