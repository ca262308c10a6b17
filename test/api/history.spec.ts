import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventDraft, EventStore } from '../../src/events/index.ts';
import { Database } from '../../src/storage/index.ts';
import { MAX_FORKED_EVENTS } from '../../src/tasks/fork-point.ts';
import { eventsOf, eventually, outcomeOf, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface Item {
  readonly id: string;
  readonly taskId: string;
  readonly leaseToken: string;
}

interface Comparison {
  readonly kind: string;
  readonly samePrefix: number;
  readonly event: { readonly sequence: number; readonly eventType: string } | null;
  readonly otherEvent: { readonly sequence: number; readonly eventType: string } | null;
  readonly paths: readonly string[];
}

const test = `import { strictEqual } from 'node:assert';
import { it } from 'node:test';
import { one } from './one.js';
it('is one', () => strictEqual(one, 1));
`;

describe('forks, replays and comparisons over REST', () => {
  let server: TestServer;
  const at = (path: string) => `${server.url}/tasks/${path}`;

  beforeAll(async () => {
    server = await runServer();
  });

  afterAll(() => server[Symbol.asyncDispose]());

  /** A task that waits for its only module to be written. */
  async function waiting(taskId: string): Promise<number> {
    const created = await request('POST', `${server.url}/tasks`, {
      prompt: 'one',
      taskId,
      modules: [{ path: 'one.js' }],
      files: [{ path: 'one.test.js', content: test, role: 'test' }],
    });
    expect(created.status).toBe(201);
    return asking(taskId);
  }

  async function asking(taskId: string): Promise<number> {
    const { body } = await eventually(
      () => request('GET', at(taskId)),
      (answer) => answer.body.status === 'awaitingModel',
    );
    return Number(body.sequence);
  }

  const itemsOf = async (taskId: string) => {
    const { body } = await request<{ items: Item[] }>('GET', `${server.url}/work-items`);
    return body.items.filter((item) => item.taskId === taskId);
  };

  const claim = async () =>
    (await request<{ item: Item }>('POST', `${server.url}/work-items/claim`, { by: 'ada', waitMs: 10_000 })).body.item;

  const answer = (id: string, leaseToken: string, code = 'export const one = 1;\n') =>
    request('POST', `${server.url}/work-items/${id}/answer`, { leaseToken, answer: { path: 'one.js', code } });

  const fork = (taskId: string, body?: unknown, key?: string, submitter?: string) =>
    fetch(at(`${taskId}/fork`), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(submitter === undefined ? {} : { 'x-submitter': submitter }),
      },
      ...(body === undefined ? { headers: {} } : { body: JSON.stringify(body) }),
    }).then(async (response) => ({
      status: response.status,
      location: response.headers.get('location'),
      body: (await response.json()) as Record<string, unknown>,
    }));

  const compare = async (one: string, other: string) =>
    (await request<Comparison>('GET', at(`${one}/compare?with=${encodeURIComponent(other)}`))).body;

  it('asks in a fork for itself: no lease, call or answer of one counts for the other [OR-33, API-1]', async () => {
    const sequence = await waiting('parent');
    const item = await claim();
    const forked = await fork('parent', { taskId: 'child' });
    expect(forked).toMatchObject({ status: 201, location: at('child') });
    // The claim was recorded meanwhile.
    expect(forked.body).toMatchObject({ taskId: 'child', forkedFrom: { taskId: 'parent', sequence: sequence + 1 } });
    await asking('child');

    const [own, ...more] = await itemsOf('child');
    expect(more).toEqual([]);
    expect(own).toMatchObject({ claimedBy: null });
    const copied = (await eventsOf(server.url, 'child')).filter(
      ({ eventType }) => eventType === 'MODEL_CALL_REQUESTED',
    );
    expect(copied.map(({ eventId }) => eventId)).toEqual([expect.not.stringMatching(item.id), own?.id]);
    for (const { eventId, data } of copied) {
      expect(data.callId).toBe(eventId);
      expect((await answer(eventId, item.leaseToken)).status).toBe(409);
    }

    expect((await answer(item.id, item.leaseToken)).status).toBe(200);
    expect(await outcomeOf(server.url, 'parent')).toMatchObject({ status: 'completed', forkedFrom: null });
    expect(await itemsOf('child')).toEqual([own]);
    const mine = await claim();
    expect(mine.id).toBe(own?.id);
    expect((await answer(mine.id, mine.leaseToken, 'export const one = 2 - 1;\n')).status).toBe(200);
    expect(await outcomeOf(server.url, 'child')).toMatchObject({ status: 'completed', codeVersion: 1 });
    const code = async (taskId: string) => (await fetch(at(`${taskId}/files/one.js`))).text();
    expect([await code('parent'), await code('child')]).toEqual([
      'export const one = 1;\n',
      'export const one = 2 - 1;\n',
    ]);
  });

  it('tells where a fork and its parent part, and where two forks do [OR-33, API-1]', async () => {
    await waiting('root');
    const item = await claim();
    await answer(item.id, item.leaseToken);
    expect((await outcomeOf(server.url, 'root')).status).toBe('completed');
    const generated = (await eventsOf(server.url, 'root')).find(({ eventType }) => eventType === 'CODE_GENERATED');
    // Asked, claimed, answered, generated.
    const asked = Number(generated?.streamSequence) - 4;
    for (const taskId of ['left', 'right']) await fork('root', { afterSequence: asked, taskId });
    for (const code of ['export const one = 1;\n', 'export const one = 3 - 2;\n']) {
      const { id, leaseToken } = await claim();
      await answer(id, leaseToken, code);
    }
    for (const taskId of ['left', 'right']) expect((await outcomeOf(server.url, taskId)).status).toBe('completed');

    expect(await compare('root', 'left')).toMatchObject({
      kind: 'type',
      samePrefix: asked,
      event: { sequence: asked + 1, eventType: 'MODEL_CALL_REQUESTED' },
      otherEvent: { sequence: asked + 1, eventType: 'TASK_FORKED' },
      paths: [],
    });
    const parted = await compare('left', 'right');
    expect(parted).toMatchObject({
      kind: 'data',
      event: { eventType: 'MODEL_CALL_COMPLETED' },
      otherEvent: { eventType: 'MODEL_CALL_COMPLETED' },
    });
    expect(parted.paths).toEqual(['data.answer.code']);
    expect(await compare('left', 'left')).toMatchObject({ kind: 'none', event: null, otherEvent: null });
  });

  it('goes on where the parent stands, which then is the beginning of both [OR-33]', async () => {
    const sequence = await waiting('young');
    expect((await fork('young')).body.forkedFrom).toEqual({ taskId: 'young', sequence });
    const { body } = await fork('young', { priority: 'critical', taskId: 'urgent' }, undefined, 'bob');
    expect(body).toMatchObject({ taskId: 'urgent', prompt: 'one' });
    expect(await compare('urgent', 'young')).toMatchObject({
      kind: 'continuation',
      samePrefix: sequence,
      event: { eventType: 'TASK_FORKED' },
      otherEvent: null,
    });
    const priorities = server.app
      .get(Database)
      .reader<{ work: { task_id: string; priority: number; submitter: string } }>();
    const row = priorities.selectFrom('work').select(['priority', 'submitter']).where('task_id', '=', 'urgent');
    expect(await row.execute()).toEqual([{ priority: 0, submitter: 'bob' }]);
    const forkOfFork = await fork('urgent', { taskId: 'third', afterSequence: sequence + 1 });
    expect(forkOfFork.body.forkedFrom).toEqual({ taskId: 'urgent', sequence: sequence + 1 });
    const last = (await eventsOf(server.url, 'third')).filter(({ eventType }) => eventType === 'TASK_FORKED');
    expect(last.map(({ data }) => data)).toEqual([
      { from: 'young', atSequence: sequence, priority: 0, submitter: 'bob' },
      { from: 'urgent', atSequence: sequence + 1 },
    ]);
  });

  it('makes one fork of repeated requests with one key, whatever the parent does meanwhile [OR-33]', async () => {
    await waiting('keyed');
    const first = await fork('keyed', {}, 'a key');
    expect(first.status).toBe(400);
    const [one, two] = await Promise.all([fork('keyed', {}, 'key-1'), fork('keyed', {}, 'key-1')]);
    expect([one.status, two.status, two.body.taskId]).toEqual([201, 201, one.body.taskId]);
    await request('DELETE', at('keyed'));
    const again = await fork('keyed', {}, 'key-1');
    expect([again.status, again.body.taskId]).toEqual([201, one.body.taskId]);
    expect(await fork('keyed', { taskId: 'other' }, 'key-1')).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect(await fork('keyed')).toMatchObject({ status: 409, body: { code: 'TASK_FORK_POINT' } });
  });

  it.each([
    ['no such task', 'nobody', {}, 404, 'TASK_NOT_FOUND'],
    ['an id that is taken', 'bad', { taskId: 'bad' }, 409, 'ORCHESTRATOR_DUPLICATE_TASK'],
    ['event 0', 'bad', { afterSequence: 0 }, 400, 'INVALID_INPUT'],
    ['a negative event', 'bad', { afterSequence: -1 }, 400, 'INVALID_INPUT'],
    ['half an event', 'bad', { afterSequence: 1.5 }, 400, 'INVALID_INPUT'],
    ['an event as text', 'bad', { afterSequence: '1' }, 400, 'INVALID_INPUT'],
    ['an event that is not there', 'bad', { afterSequence: 999 }, 409, 'TASK_FORK_POINT'],
    ['an id that no URL can name', 'bad', { taskId: '..' }, 400, 'INVALID_INPUT'],
    ['an id that holds a key', 'bad', { taskId: `ghp_${'aB3dE6gH9j'.repeat(4)}` }, 400, 'INVALID_INPUT'],
    ['an unknown priority', 'bad', { priority: 'soon' }, 400, 'INVALID_INPUT'],
    ['an unknown field', 'bad', { at: 3 }, 400, 'INVALID_INPUT'],
  ])('refuses to fork with %s [OR-33, API-4]', async (_what, taskId, body, status, code) => {
    if ((await request('GET', at('bad'))).status === 404) await waiting('bad');
    const tasks = async () =>
      (await request<{ tasks: object[] }>('GET', `${server.url}/tasks?limit=200`)).body.tasks.length;
    const before = await tasks();
    expect(await fork(taskId, body)).toMatchObject({ status, body: { code } });
    expect(await tasks()).toBe(before);
  });

  it.each([
    ['nobody/replay', 404],
    ['seen/replay?limit=0', 400],
    ['seen/replay?limit=1001', 400],
    ['seen/replay?afterSequence=-1', 400],
    ['seen/replay?until=3', 400],
    ['seen/replay?afterSequence=999', 200],
    ['seen/compare', 400],
    ['seen/compare?with=', 400],
    ['seen/compare?with=nobody', 404],
    ['nobody/compare?with=seen', 404],
    ['seen/compare?with=seen&more=1', 400],
    ['seen/compare?with=seen', 200],
  ])('answers %s with %i', async (path, status) => {
    if ((await request('GET', at('seen'))).status === 404) await waiting('seen');
    expect((await request('GET', at(path))).status).toBe(status);
  });

  it('tells what a task that waits has decided, step by step [OR-33, API-1]', async () => {
    await waiting('steps');
    const { body } = await request<{ steps: object[]; nextAfterSequence: number }>(
      'GET',
      at('steps/replay?limit=1000'),
    );
    expect(body.steps).toMatchObject([
      { sequence: 1, eventType: 'TASK_CREATED', decision: 'act', actions: ['start'], wait: null, outcome: null },
      { eventType: 'TASK_STARTED', actions: ['plan'] },
      { eventType: 'PLANNING_COMPLETE', actions: ['start:one.js'] },
      { eventType: 'MODULE_STARTED', actions: ['ask:one.js'] },
      { eventType: 'MODEL_CALL_REQUESTED', decision: 'wait', actions: [], wait: { reason: 'awaitingModel' } },
    ]);
    expect(body.nextAfterSequence).toBe(5);
  });

  it('has the given plan also where it is forked between the start and the plan [OR-33]', async () => {
    await waiting('planned');
    await fork('planned', { afterSequence: 2, taskId: 'unplanned' });
    await asking('unplanned');
    expect(await itemsOf('unplanned')).toMatchObject([{ kind: 'GenerateModule', module: 'one.js' }]);
  });

  it('copies no more in one piece than one commit may hold, and says up to where it may [OR-33]', async () => {
    const events = server.app.get(EventStore);
    const sequence = await waiting('long');
    const said: EventDraft = { eventType: 'TEST_OUTPUT', data: { module: null, text: 'x' } };
    for (let left = MAX_FORKED_EVENTS + 1 - sequence; left > 0; left -= 2000) {
      await events.append('long', Array<EventDraft>(Math.min(left, 2000)).fill(said));
    }
    expect(await fork('long')).toMatchObject({
      status: 413,
      body: { code: 'TASK_FORK_TOO_LARGE', details: { lastForkable: MAX_FORKED_EVENTS } },
    });
    const forked = await fork('long', { afterSequence: MAX_FORKED_EVENTS });
    expect(forked).toMatchObject({ status: 201, body: { forkedFrom: { sequence: MAX_FORKED_EVENTS } } });
    expect((await eventsOf(server.url, String(forked.body.taskId))).length).toBeGreaterThan(MAX_FORKED_EVENTS);
  }, 60_000);
});
