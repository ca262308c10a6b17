import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/kernel/ids.ts';
import { BareAgent, doneOf } from '../support/bare-agent.ts';
import { eventually, request, type WireEvent } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface Told {
  readonly status: number;
  readonly replayed: string | null;
  readonly body: Record<string, unknown>;
}

const AT_ONCE = 8;
let server: TestServer;

beforeAll(async () => {
  server = await runServer({ JOB_BACKOFF_MS: '5', MAX_QUEUE: '1000' });
});

afterAll(() => server[Symbol.asyncDispose]());

async function post(path: string, body: object, key?: string, more: Record<string, string> = {}): Promise<Told> {
  const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) };
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { ...headers, ...more },
    body: JSON.stringify(body),
  });
  const replayed = answer.headers.get('idempotent-replayed');
  return { status: answer.status, replayed, body: (await answer.json()) as Record<string, unknown> };
}

/** So often at the same time: one of them does it, and all have the same answer. */
async function together(path: string, body: object, key: string): Promise<Told> {
  const told = await Promise.all(Array.from({ length: AT_ONCE }, () => post(path, body, key)));
  const firsts = told.filter(({ replayed }) => replayed === null);
  expect(told.map(({ status }) => status)).toEqual(told.map(() => told[0]?.status));
  expect(firsts).toHaveLength(1);
  const [first] = firsts;
  if (!first || first.status > 299) throw new Error(JSON.stringify(first));
  return first;
}

const reused = { status: 422, replayed: null, body: { code: 'IDEMPOTENCY_KEY_REUSED' } };
const statusOf = async (jobId: string) => (await request('GET', `${server.url}/jobs/${jobId}`)).body.status;
const eventsOf = async (jobId: string) =>
  (await request<{ events: WireEvent[] }>('GET', `${server.url}/jobs/${jobId}/events?limit=500`)).body.events;

const task = { id: 'a', action: 'rpn', params: { expression: '3 4 +' } };

describe('an idempotency key on what is asked of jobs (JB-5, API-1)', () => {
  it('makes a job once, under an id of the server or of the caller [JB-5, API-1]', async () => {
    for (const body of [{ tasks: [task] }, { tasks: [task], jobId: 'mine' }]) {
      const key = newId();
      const { body: first } = await together('/jobs', body, key);
      const again = await post('/jobs', body, key);
      expect(again).toMatchObject({ status: 201, replayed: 'true', body: { jobId: first.jobId } });
      expect(await post('/jobs', { ...body, maxRetries: 1 }, key)).toMatchObject(reused);
    }
    expect((await post('/jobs', { tasks: [task], jobId: 'mine' }, newId())).status).toBe(409);
    const { body: page } = await request<{ jobs: unknown[] }>('GET', `${server.url}/jobs`);
    expect(page.jobs).toHaveLength(2);
  });

  it('is that of one submitter and one route, and free again when the job was refused [JB-5, API-1]', async () => {
    const key = newId();
    expect((await post('/jobs', { tasks: [{ id: 'a', action: 'fly' }] }, key)).status).toBe(400);
    const jobs = [
      await post('/jobs', { tasks: [task] }, key),
      await post('/jobs', { tasks: [task] }, key, { 'x-submitter': 'ada' }),
      await post('/schedule', { request: 'what is 6 times 7' }, key),
    ];
    expect(jobs.map(({ replayed, status }) => [replayed, status])).toEqual([
      [null, 201],
      [null, 201],
      [null, 201],
    ]);
    expect((await post('/jobs', { tasks: [task] }, 'a b')).status).toBe(400);
  });

  it('does what is asked in plain words once, now or later [JB-5, API-1]', async () => {
    const now = { request: 'what is 6 times 7' };
    const { body: first } = await together('/schedule', now, 'now');
    expect(await post('/schedule', now, 'now')).toMatchObject({
      replayed: 'true',
      body: { job: { jobId: (first.job as { jobId: string }).jobId }, schedule: null },
    });
    const later = { ...now, at: new Date(Date.now() + 3_600_000).toISOString() };
    const { body: scheduled } = await together('/schedule', later, 'later');
    const { scheduleId } = scheduled.schedule as { scheduleId: string };
    expect(await post('/schedule', later, 'later')).toMatchObject({ body: { job: null, schedule: { scheduleId } } });
    expect(await post('/schedule', later, 'now')).toMatchObject(reused);
    await together('/schedules', { job: now, cron: '0 7 * * 1-5' }, 'cron');
    const { body } = await request<{ schedules: unknown[] }>('GET', `${server.url}/schedules`);
    expect(body.schedules).toHaveLength(2);
  });

  it('retries a job once, also where it has failed again meanwhile [JB-4, API-1]', async () => {
    const broken = { ...task, params: { expression: '1 0 /' } };
    await post('/jobs', { jobId: 'broken', maxRetries: 0, tasks: [broken] });
    const failed = () =>
      eventually(
        () => statusOf('broken'),
        (status) => status === 'failed',
      );
    await failed();
    await together('/jobs/broken/retry', {}, 'again');
    await failed();
    expect(await post('/jobs/broken/retry', {}, 'again')).toMatchObject({ status: 200, replayed: 'true' });
    expect(await post('/jobs/broken/retry', { by: 'ada' }, 'again')).toMatchObject(reused);
    const types = (await eventsOf('broken')).map(({ eventType }) => eventType);
    expect(types.filter((type) => type === 'JOB_RETRIED')).toHaveLength(1);
  });

  it('counts a decision once: a repeat of one is no second person [JB-8, API-1]', async () => {
    await post('/jobs', { jobId: 'asked', tasks: [{ ...task, approvals: 2 }] });
    const { body } = await eventually(
      () => request<{ approvals: { approvalId: string; hash: string }[] }>('GET', `${server.url}/approvals`),
      (answer) => answer.body.approvals.length === 1,
    );
    const { approvalId = '', hash = '' } = body.approvals[0] ?? {};
    const path = `/approvals/${approvalId}/decision`;
    const ada = { decision: 'approve', hash, by: 'ada' };
    await together(path, ada, 'ada');
    expect(await post(path, ada, 'ada')).toMatchObject({
      status: 200,
      replayed: 'true',
      body: { approvedBy: ['ada'] },
    });
    // Without the key it is what it was: a word that was said already.
    expect((await post(path, ada)).status).toBe(409);
    expect(await post(path, { ...ada, by: 'bob' }, 'ada')).toMatchObject(reused);
    expect((await post(path, { ...ada, by: 'bob' }, 'bob')).status).toBe(200);
    expect(await post(path, ada, 'ada')).toMatchObject({ replayed: 'true', body: { status: 'approved' } });
  });

  it('keeps a message of an agent once, apart from those of other agents, and none that is refused [JB-6, API-1]', async () => {
    const [desk, other] = await Promise.all(
      ['desk', 'other'].map((id) => BareAgent.register(server.url, id, ['work'])),
    );
    if (!desk || !other) throw new Error('They are registered.');
    const messageOf = (agentId: string, text: string) => ({
      id: newId(),
      ts: new Date().toISOString(),
      type: 'inform',
      sender: agentId,
      to: 'taskloom',
      intent: 'news',
      payload: { text },
      context: {},
      correlation: { conversation: 'c', inReplyTo: null },
      expected: [],
      status: 'running',
      security: { lease: null },
    });
    const say = (agent: BareAgent, message: object) =>
      post('/lam/message', message, 'news', { 'x-agent-key': agent.key });
    const said = messageOf('desk', 'paper is out');
    const taken = { status: 200, body: { accepted: true, routedTo: 'agent' } };
    expect(await say(desk, said)).toMatchObject({ ...taken, replayed: null });
    expect(await say(desk, said)).toMatchObject({ ...taken, replayed: 'true' });
    expect(await say(desk, messageOf('desk', 'ink, too'))).toMatchObject(reused);
    expect(await say(other, messageOf('other', 'all is well'))).toMatchObject({ ...taken, replayed: null });

    await desk.connect();
    await post('/jobs', { jobId: 'worked', tasks: [{ id: 'a', action: 'work' }] });
    const held = await eventually(
      () => Promise.resolve([...desk.held.values()]),
      (all) => all.length === 1,
    );
    const [assigned] = held;
    if (!assigned) throw new Error('It has a step.');
    const answer = doneOf(assigned, 'desk', 1);
    const late = { ...doneOf(assigned, 'desk', 1), security: { lease: newId() } };
    const hand = (message: object, key: string) => post('/lam/message', message, key, { 'x-agent-key': desk.key });
    expect((await hand(late, 'done')).status).toBe(409);
    expect(await hand(answer, 'done')).toMatchObject({ status: 200, replayed: null, body: { routedTo: 'step' } });
    expect(await hand(answer, 'done')).toMatchObject({ status: 200, replayed: 'true', body: { routedTo: 'step' } });
    expect(await hand({ ...answer, payload: { result: 2 } }, 'done')).toMatchObject(reused);
    const done = (await eventsOf('worked')).filter(({ eventType }) => eventType === 'STEP_DONE');
    expect(done).toHaveLength(1);
    desk.close();
  });
});
