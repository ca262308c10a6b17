import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, eventsOf, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { signatureOf, WebhookReceiver } from '../support/webhook-receiver.ts';

interface Webhook {
  readonly id: string;
  readonly status: string;
  readonly problem: string | null;
  readonly secret?: string;
}

interface Delivery {
  readonly id: number;
  readonly eventType: string;
  readonly attempt: number;
  readonly statusCode: number | null;
  readonly error: string | null;
}

const settings = {
  WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
  WEBHOOK_RETRY_MS: '20',
  WEBHOOK_TIMEOUT_MS: '300',
  WEBHOOK_DISABLE_AFTER_MS: '400',
};

describe('webhooks', () => {
  let server: TestServer;
  let url: string;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    server = await runServer(settings);
    url = server.url;
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterEach(async () => {
    for (const { id } of (await request<{ webhooks: Webhook[] }>('GET', `${url}/webhooks`)).body.webhooks) {
      await fetch(`${url}/webhooks/${id}`, { method: 'DELETE' });
    }
    await receiver[Symbol.asyncDispose]();
  });

  const add = async (body: object = {}) => {
    const { status, body: webhook } = await request<Webhook & { secret: string }>('POST', `${url}/webhooks`, {
      url: receiver.url,
      ...body,
    });
    expect(status).toBe(201);
    return webhook;
  };
  const create = async (body: object = {}) =>
    String((await request('POST', `${url}/tasks`, { prompt: 'x', modules: [{ path: 'a.js' }], ...body })).body.taskId);
  const show = async (id: string) => (await request<Webhook>('GET', `${url}/webhooks/${id}`)).body;
  const deliveries = async (id: string, query = '') =>
    (await request<{ deliveries: Delivery[] }>('GET', `${url}/webhooks/${id}/deliveries${query}`)).body.deliveries;
  const got = (count: number) =>
    eventually(
      () => Promise.resolve(receiver.received.length),
      (length) => length >= count,
    );

  it('sends every event of the log once and in order, signed, with its task as the log has it [API-1]', async () => {
    const { secret } = await add();
    const taskId = await create({ prompt: 'Umlaute äöü 🧵' });
    await request('DELETE', `${url}/tasks/${taskId}`);
    await eventually(
      () => Promise.resolve(receiver.types),
      (types) => types.includes('TASK_CANCELLED'),
    );
    const events = await eventsOf(url, taskId);
    const sent = receiver.received.filter(({ body }) => body.data.taskId === taskId);
    expect(sent.map(({ body }) => body.data)).toEqual(events);
    expect(sent.map(({ id }) => id)).toEqual(events.map(({ eventId }) => eventId));
    for (const message of sent) expect(message.signature).toBe(signatureOf(secret, message));
    expect(receiver.types.filter((type) => type.startsWith('WEBHOOK_'))).toEqual([]);
  });

  it('sends only what is asked for: types, tasks, metadata [API-1]', async () => {
    await add({ eventTypes: ['TASK_CREATED', 'TASK_CANCELLED'], metadata: { project: 'blog' } });
    const [blog] = [
      await create({ metadata: { project: 'blog', more: 'x' } }),
      await create({ metadata: { project: 'shop' } }),
    ];
    await create();
    await request('DELETE', `${url}/tasks/${blog}`);
    await got(2);
    expect(receiver.received.map(({ body }) => [body.type, body.data.taskId])).toEqual([
      ['TASK_CREATED', blog],
      ['TASK_CANCELLED', blog],
    ]);
  });

  it('sends an event again until it is taken, holds back what comes after it, and logs every attempt [API-1]', async () => {
    const { id } = await add({ eventTypes: ['TASK_CREATED'] });
    receiver.answer = { status: 500 };
    const tasks = [await create(), await create()];
    await got(2);
    expect(await show(id)).toMatchObject({ status: 'failing', problem: expect.stringContaining('500') });
    receiver.answer = { status: 204 };
    await eventually(
      () => Promise.resolve(receiver.received.at(-1)?.body.data.taskId),
      (taskId) => taskId === tasks[1],
    );
    const order = receiver.received.map(({ body }) => body.data.taskId);
    expect(order.toSorted((a, b) => tasks.indexOf(a) - tasks.indexOf(b))).toEqual(order);
    expect(order.filter((taskId) => taskId === tasks[1])).toHaveLength(1);
    const log = await eventually(
      () => deliveries(id),
      (entries) => entries.length === order.length,
    );
    expect(log.map(({ attempt }) => attempt)).toEqual([
      1,
      ...order
        .slice(0, -1)
        .map((_, index) => index + 1)
        .toReversed(),
    ]);
    expect(await show(id)).toMatchObject({ status: 'active', problem: null });
    expect(await deliveries(id, '?limit=1')).toHaveLength(1);
  });

  it('follows no redirect, waits no longer than it may, and is disabled with an event after failing too long [API-1] [PL-3]', async () => {
    await using other = await WebhookReceiver.start();
    const { id } = await add({ eventTypes: ['TASK_CREATED'] });
    receiver.answer = { status: 307, headers: { location: other.url } };
    await create();
    await got(1);
    receiver.answer = null;
    await eventually(
      () => show(id),
      ({ status }) => status === 'disabled',
    );
    const errors = (await deliveries(id)).map(({ error }) => error);
    expect(errors.at(-1)).toMatch(/redirect/);
    expect(errors).toContain('no answer within 300 ms');
    expect(other.received).toEqual([]);
    const log = await request<{ events: { eventType: string }[] }>(
      'GET',
      `${url}/tasks/${encodeURIComponent(`webhook:${id}`)}/events`,
    );
    expect(log.body.events.map(({ eventType }) => eventType)).toEqual(['WEBHOOK_CREATED', 'WEBHOOK_DISABLED']);
    receiver.answer = { status: 200 };
    const before = receiver.received.length;
    expect((await request('POST', `${url}/webhooks/${id}/resume`, {})).status).toBe(200);
    await got(before + 1);
    await eventually(
      () => show(id),
      ({ status }) => status === 'active',
    );
  });

  it('sends an event of the log once more when it is asked to, with the same id [API-1]', async () => {
    const { id } = await add({ eventTypes: ['TASK_CREATED'] });
    await create();
    await got(1);
    const [first] = await eventually(
      () => deliveries(id),
      (log) => log.length === 1,
    );
    const again = await request<Delivery>('POST', `${url}/webhooks/${id}/deliveries/${first?.id}/redeliver`, {});
    expect(again).toMatchObject({ status: 200, body: { attempt: 2, statusCode: 200, error: null } });
    expect(receiver.received.map((message) => message.id)).toEqual([
      receiver.received[0]?.id,
      receiver.received[0]?.id,
    ]);
    expect((await request('POST', `${url}/webhooks/${id}/deliveries/999999/redeliver`, {})).body.code).toBe(
      'WEBHOOK_DELIVERY_NOT_FOUND',
    );
    expect((await request('POST', `${url}/webhooks/${id}/deliveries/x/redeliver`, {})).status).toBe(400);
  });

  it('tells its secret once: not in lists, not in the log, not to a repeated request [API-1] [PL-7]', async () => {
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const send = async () => {
      const answer = await fetch(`${url}/webhooks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'hook' },
        body: JSON.stringify({ url: receiver.url, secret }),
      });
      return (await answer.json()) as Webhook;
    };
    const first = await send();
    expect(first.secret).toBe(secret);
    expect(await send()).toEqual({ ...(await show(first.id)) });
    const texts = await Promise.all(
      ['/webhooks', `/webhooks/${first.id}`, `/tasks/webhook:${first.id}/events`].map(async (path) =>
        (await fetch(`${url}${path}`)).text(),
      ),
    );
    for (const text of texts) expect(text).not.toContain(secret.slice(6));
    const { events } = JSON.parse(texts[2] ?? '') as { events: { data: unknown }[] };
    expect(events[0]?.data).toEqual({ id: first.id, origin: new URL(receiver.url).origin, by: 'local' });
  });

  it.each([
    ['no URL', { url: 'example' }, 'url'],
    ['a file', { url: 'file:///etc/passwd' }, 'url'],
    ['a URL with a password', { url: 'https://a:b@example.com' }, 'url'],
    ['metadata of a cloud', { url: 'http://169.254.169.254/latest/meta-data' }, 'url'],
    ['a private address', { url: 'https://10.0.0.1/' }, 'url'],
    ['an address in disguise', { url: 'https://[::ffff:192.168.0.1]/' }, 'url'],
    ['a short secret', { secret: 'whsec_AAAA' }, 'secret'],
    ['an unknown field', { more: 1 }, 'more'],
  ])('refuses %s [API-2] [PL-3]', async (_what, body, path) => {
    const answer = await request<{ errors: { path: string }[] }>('POST', `${url}/webhooks`, {
      url: receiver.url,
      ...body,
    });
    expect({ status: answer.status, paths: answer.body.errors.map((error) => error.path) }).toEqual({
      status: 400,
      paths: [path],
    });
  });

  it('has no way to one that is not there', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/resume'],
      ['GET', '/deliveries'],
      ['POST', '/deliveries/1/redeliver'],
    ] as const) {
      const answer = await request(
        'POST' === method ? 'POST' : method,
        `${url}/webhooks/none${path}`,
        method === 'POST' ? {} : undefined,
      );
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'WEBHOOK_NOT_FOUND']);
    }
  });
});

describe('a webhook without allowed networks', () => {
  it('refuses a name that leads to this machine when it connects, and sends nothing in the clear [PL-3]', async () => {
    await using server = await runServer({ ...settings, WEBHOOK_ALLOWED_NETWORKS: undefined });
    await using receiver = await WebhookReceiver.start();
    const { port } = new URL(receiver.url);
    const plain = await request('POST', `${server.url}/webhooks`, { url: `http://localhost:${port}/` });
    expect(plain.status).toBe(400);
    const { body } = await request<Webhook>('POST', `${server.url}/webhooks`, { url: `https://localhost:${port}/` });
    await request('POST', `${server.url}/tasks`, { prompt: 'x' });
    const [attempt] = await eventually(
      async () =>
        (await request<{ deliveries: Delivery[] }>('GET', `${server.url}/webhooks/${body.id}/deliveries`)).body
          .deliveries,
      (log) => log.length > 0,
    );
    expect(attempt?.error).toMatch(/WEBHOOK_ALLOWED_NETWORKS/);
    expect(receiver.received).toEqual([]);
  });
});

describe('a webhook of a server that is killed', () => {
  it('misses no event and keeps their order [API-1] [PL-7]', async () => {
    using directory = temporaryDirectory();
    await using receiver = await WebhookReceiver.start();
    await using server = await ServerProcess.start({
      ...settings,
      WEBHOOK_DISABLE_AFTER_MS: '60000',
      DATA_DIR: directory.path,
      LLM_PROVIDER: 'delegated',
    });
    await request('POST', `${server.url}/webhooks`, { url: receiver.url, eventTypes: ['TASK_CREATED'] });
    const made: string[] = [];
    for (let round = 0; round < 2; round++) {
      receiver.answer = { status: round === 0 ? 503 : 200 };
      for (let index = 0; index < 5; index++) {
        made.push(String((await request('POST', `${server.url}/tasks`, { prompt: 'x' })).body.taskId));
      }
      await server.kill();
      await server.start();
    }
    receiver.answer = { status: 200 };
    await eventually(
      () => Promise.resolve(receiver.received.at(-1)?.body.data.taskId),
      (taskId) => taskId === made.at(-1),
    );
    const firsts = [...new Set(receiver.received.map(({ body }) => body.data.taskId))];
    expect(firsts).toEqual(made);
  });
});
