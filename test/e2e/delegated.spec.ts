import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningServer, startServer } from '../../src/server.ts';
import { answerTo, codingSamples, taskOf } from '../support/coding-samples.ts';
import { testConfiguration } from '../support/configuration.ts';
import { eventsOf, eventually, outcomeOf, request } from '../support/rest.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

interface WorkItem {
  readonly id: string;
  readonly taskId: string;
  readonly kind: string;
  readonly messages: readonly { readonly content: string }[];
  readonly answerSchema: { readonly properties: Record<string, unknown> };
  readonly leaseToken: string;
  readonly leaseUntil: string;
}

let directory: ReturnType<typeof temporaryDirectory>;
let server: RunningServer;
const sample = codingSamples[0]!;

async function start(changes: NodeJS.ProcessEnv = {}): Promise<RunningServer> {
  return startServer(testConfiguration({ DATA_DIR: directory.path, LLM_PROVIDER: 'delegated', ...changes }));
}

beforeEach(async () => {
  directory = temporaryDirectory();
  server = await start();
});

afterEach(async () => {
  await server.close();
  directory[Symbol.dispose]();
});

const post = <T = Record<string, unknown>>(path: string, body: unknown) =>
  request<T>('POST', `${server.url}${path}`, body);
const claim = async (by = 'a script', more: object = {}) =>
  post<{ item: WorkItem }>('/work-items/claim', { by, ...more });

async function submit(): Promise<string> {
  const answer = await post('/tasks', taskOf(sample));
  expect(answer.status).toBe(201);
  return String(answer.body.taskId);
}

async function awaited(taskId: string) {
  return eventually(
    () => request('GET', `${server.url}/tasks/${taskId}`),
    (answer) => answer.body.status === 'awaitingModel',
  );
}

describe('without any model', () => {
  it('a task waits until a plain script has claimed and answered its work items [LM-7, TK-1]', async () => {
    const taskId = await submit();
    const waiting = await awaited(taskId);
    expect(waiting.body.waitingFor).toMatchObject({ reason: 'awaitingModel' });
    const by = ['first worker', 'second worker'];
    for (const name of by) {
      const { status, body } = await claim(name, { waitMs: 10_000 });
      expect(status).toBe(200);
      expect(body.item).toMatchObject({ taskId, answerSchema: { properties: { path: {}, code: {} } } });
      const answer: unknown = JSON.parse(answerTo(body.item.messages.at(-1)?.content ?? ''));
      const answered = await post(`/work-items/${body.item.id}/answer`, { leaseToken: body.item.leaseToken, answer });
      expect(answered.status).toBe(200);
    }
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed', brain: 'delegated' });
    const answers = (await eventsOf(server.url, taskId)).filter((event) => event.eventType === 'MODEL_CALL_COMPLETED');
    expect(answers.map((event) => event.data.by)).toEqual(by);
  });

  it('an answer that does not fit is refused with what is wrong, and may be corrected [LM-7]', async () => {
    await awaited(await submit());
    const { item } = (await claim()).body;
    const wrong = await post(`/work-items/${item.id}/answer`, {
      leaseToken: item.leaseToken,
      answer: { path: 'other.js' },
    });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: 'path' }), expect.objectContaining({ path: 'code' })]),
    );
    const text = '```json\n' + JSON.stringify({ path: sample.path, code: sample.right }) + '\n```';
    expect((await post(`/work-items/${item.id}/answer`, { leaseToken: item.leaseToken, answer: text })).status).toBe(
      200,
    );
  });

  it('one of many claimants gets an item, and only one answer counts [LM-7]', async () => {
    await awaited(await submit());
    const claims = await Promise.all(Array.from({ length: 8 }, (_, index) => claim(`worker ${index}`)));
    expect(claims.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(204)]);
    const item = claims.find(({ status }) => status === 200)!.body.item;
    const answer: unknown = JSON.parse(answerTo(item.messages.at(-1)?.content ?? ''));
    const answers = await Promise.all(
      [1, 2].map(() => post(`/work-items/${item.id}/answer`, { leaseToken: item.leaseToken, answer })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const forged = await post(`/work-items/${item.id}/answer`, { leaseToken: 'forged', answer });
    expect(forged.status).toBe(409);
  });

  it('an item is open again when its lease ends, is released, or the server restarts meanwhile [LM-7]', async () => {
    await server.close();
    server = await start({ WORK_ITEM_LEASE_MS: '300' });
    await awaited(await submit());
    const first = (await claim('slow')).body.item;
    expect((await claim('early')).status).toBe(204);
    const second = (
      await eventually(
        () => claim('patient'),
        ({ status }) => status === 200,
        5000,
      )
    ).body.item;
    expect(second.id).toBe(first.id);
    const late = await post(`/work-items/${first.id}/answer`, {
      leaseToken: first.leaseToken,
      answer: { path: sample.path, code: 'x' },
    });
    expect(late.status).toBe(409);
    expect((await post(`/work-items/${second.id}/release`, { leaseToken: second.leaseToken })).status).toBe(200);
    await server.close();
    server = await start();
    const items = await request<{ items: { id: string; claimedBy: string | null }[] }>(
      'GET',
      `${server.url}/work-items`,
    );
    expect(items.body.items).toMatchObject([{ id: first.id, claimedBy: null }]);
    expect((await claim('after the restart')).body.item.id).toBe(first.id);
  });

  it('an unknown item is not found', async () => {
    expect((await post('/work-items/nobody/answer', { leaseToken: 'x', answer: {} })).status).toBe(404);
    expect((await claim()).status).toBe(204);
  });
});
