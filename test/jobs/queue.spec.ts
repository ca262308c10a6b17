import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/kernel/ids.ts';
import { doneOf, type WireMessage } from '../support/bare-agent.ts';
import { type Answer, eventually, request, type WireEvent } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const CALLERS = 20;
let server: TestServer;

beforeAll(async () => {
  server = await runServer({ JOB_BACKOFF_MS: '5', MAX_QUEUE: '1000', HTTP_PRIVATE_ADDRESSES: '127.0.0.1' });
});

afterAll(() => server[Symbol.asyncDispose]());

const call = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
  request<T>(method, `${server.url}${path}`, body);
const create = (jobId: string, task: object, more: object = {}) =>
  call('POST', '/jobs', { jobId, tasks: [{ id: 'a', ...task }], ...more });
const once = (jobId: string, status: string) =>
  eventually(
    () => call('GET', `/jobs/${jobId}`),
    ({ body }) => body.status === status,
  );
/** All at the same time; how often each status came. */
async function byAll(ask: (caller: number) => Promise<Answer<unknown>>): Promise<Record<number, number>> {
  const answers = await Promise.all(Array.from({ length: CALLERS }, (_, caller) => ask(caller)));
  return Object.fromEntries(
    [...Map.groupBy(answers, ({ status }) => status)].map(([status, all]) => [status, all.length]),
  );
}
async function countOf(jobId: string, eventType: string): Promise<number> {
  const { body } = await call<{ events: WireEvent[] }>('GET', `/jobs/${jobId}/events?limit=500`);
  return body.events.filter((event) => event.eventType === eventType).length;
}

/** An agent without a socket: it asks for its steps, and answers for them. */
class Asking {
  private constructor(
    readonly agentId: string,
    private readonly key: string,
  ) {}

  static async register(agentId: string, capability: string, maxConcurrent = 1): Promise<Asking> {
    const agent = { agentId, host: 'h', os: 'o', capabilities: [capability], maxConcurrent };
    return new Asking(agentId, String((await call('POST', '/agents', agent)).body.key));
  }

  async take(waitMs: number): Promise<WireMessage | null> {
    const answer = await this.post(`/agents/${this.agentId}/take`, { waitMs });
    return answer.status === 204 ? null : ((await answer.json()) as { message: WireMessage }).message;
  }

  async say(message: object): Promise<number> {
    return (await this.post('/lam/message', message)).status;
  }

  private post(path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json', 'x-agent-key': this.key };
    return fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }
}

function answerOf(message: WireMessage, agent: Asking, type: string, payload: object, status: string): object {
  return { ...doneOf(message, agent.agentId, null), id: newId(), type, payload, status };
}

const sum = { action: 'rpn', params: { expression: '3 4 +' } };
const broken = { action: 'rpn', params: { expression: '1 0 /' }, retries: 0 };

describe('the job queue over REST (JB-4, JB-5; unit lists 1.5 and 2.2)', () => {
  it('takes a job, has it done and shows it by its id; unknown ones are told from it [JB-4, JB-5] (1.5 enqueue, get; 2.2)', async () => {
    const created = await create('sum', sum, { priority: 'high', maxRetries: 0 });
    expect([created.status, created.body]).toEqual([201, expect.objectContaining({ jobId: 'sum', maxRetries: 0 })]);
    expect(['pending', 'running', 'done']).toContain(created.body.status);
    expect((await once('sum', 'done')).body).toMatchObject({ result: { value: 7 }, finishedAt: expect.any(String) });
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/retry'],
      ['GET', '/why'],
      ['GET', '/events'],
    ] as const) {
      const answer = await call(method, `/jobs/nobody${path}`, method === 'POST' ? {} : undefined);
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 404, 'JOBS_JOB_NOT_FOUND']);
    }
  });

  it('cancels a job that waits, for good; what is done stays done [JB-4, JB-5] (1.5 cancel; 2.2)', async () => {
    await create('waits', { action: 'click' });
    expect((await once('waits', 'running')).status).toBe(200);
    expect((await call('DELETE', '/jobs/waits?reason=lunch')).body).toMatchObject({ status: 'cancelled' });
    expect((await call('DELETE', '/jobs/waits')).status).toBe(200);
    expect((await call('POST', '/jobs/waits/retry', {})).status).toBe(409);
    expect((await call('DELETE', '/jobs/sum')).status).toBe(409);
    expect((await call('GET', '/jobs/waits')).body).toMatchObject({ status: 'cancelled', deadLetter: false });
  });

  it('has a job whose step failed for good among the dead letters: to look at, retry or drop [JB-4] (1.5 retry, max retries, dead letters)', async () => {
    for (const jobId of ['bad', 'worse']) await create(jobId, { ...broken, retries: null }, { maxRetries: 2 });
    for (const jobId of ['bad', 'worse']) await once(jobId, 'failed');
    // What cannot help is not tried again; an agent that says it may is.
    const letters = async () =>
      (await call<{ jobs: { jobId: string }[] }>('GET', '/dead-letters')).body.jobs
        .map(({ jobId }) => jobId)
        .toSorted();
    expect(await letters()).toEqual(['bad', 'worse']);
    expect((await call('POST', '/jobs/bad/retry', {})).status).toBe(200);
    await once('bad', 'failed');
    expect(await countOf('bad', 'JOB_FAILED')).toBe(2);
    expect((await call('POST', '/dead-letters/worse/drop', { reason: 'seen' })).body).toMatchObject({
      deadLetter: false,
    });
    expect(await letters()).toEqual(['bad']);
    expect((await call('POST', '/dead-letters/sum/drop', {})).status).toBe(409);
  });

  it('is listed newest first, by status and page by page [JB-5] (2.2 limit, offset, status filter)', async () => {
    const list = async (query: string) =>
      (await call<{ jobs: { jobId: string }[]; nextOffset: number | null }>('GET', `/jobs?${query}`)).body;
    const all = (await list('')).jobs.map(({ jobId }) => jobId);
    expect(all).toEqual(['worse', 'bad', 'waits', 'sum']);
    const [first, second] = [await list('limit=3'), await list('limit=3&offset=3')];
    expect([...first.jobs, ...second.jobs].map(({ jobId }) => jobId)).toEqual(all);
    expect([first.nextOffset, second.nextOffset]).toEqual([3, null]);
    for (const [status, jobs] of [
      ['done', ['sum']],
      ['cancelled', ['waits']],
      ['failed', ['worse', 'bad']],
      ['running', []],
      ['pending', []],
    ] as const) {
      expect([status, (await list(`status=${status}`)).jobs.map(({ jobId }) => jobId)]).toEqual([status, jobs]);
    }
    for (const wrong of ['status=lost', 'limit=0', 'offset=-1'])
      expect((await call('GET', `/jobs?${wrong}`)).status).toBe(400);
  });
});

describe(`${CALLERS} callers at the same time (JB-4; unit list 1.5, concurrent access)`, () => {
  it('who create one job make one, and who create their own make all of them [JB-4] (1.5 concurrent access)', async () => {
    expect(await byAll(() => create('shared', sum))).toEqual({ 201: 1, 409: CALLERS - 1 });
    expect(await byAll((caller) => create(`own-${caller}`, sum))).toEqual({ 201: CALLERS });
    for (let caller = 0; caller < CALLERS; caller++) await once(`own-${caller}`, 'done');
    expect(await countOf('shared', 'JOB_CREATED')).toBe(1);
  });

  it('who cancel, retry or drop one job do so once [JB-4] (1.5 concurrent access)', async () => {
    await create('to-cancel', { action: 'click' });
    expect(await byAll(() => call('DELETE', '/jobs/to-cancel'))).toEqual({ 200: CALLERS });
    expect(await countOf('to-cancel', 'JOB_CANCELLED')).toBe(1);
    await create('to-retry', broken);
    await once('to-retry', 'failed');
    const retried = await byAll(() => call('POST', '/jobs/to-retry/retry', {}));
    await once('to-retry', 'failed');
    // A fast job may fail and be retried again by one who comes later; each word that was taken is one fact.
    expect(await countOf('to-retry', 'JOB_RETRIED')).toBe(retried[200]);
    expect((retried[200] ?? 0) + (retried[409] ?? 0)).toBe(CALLERS);
    expect(await byAll(() => call('POST', '/dead-letters/to-retry/drop', {}))).toEqual({ 200: CALLERS });
    expect(await countOf('to-retry', 'JOB_DROPPED')).toBe(1);
  });

  it('who ask for steps are given each of them once [JB-4, JB-6] (1.5 dequeue, concurrent access; 2.6)', async () => {
    const agents = await Promise.all(
      Array.from({ length: CALLERS }, (_, index) => Asking.register(`a${index}`, 'work')),
    );
    const ids = Array.from({ length: CALLERS * 2 }, (_, index) => `w${index}`);
    const taken: string[] = [];
    // A step may be given to one who has just stopped asking: it is there when he asks again.
    const working = agents.map(async (agent) => {
      while (taken.length < ids.length) {
        const message = await agent.take(200);
        if (!message) continue;
        taken.push(message.context.jobId);
        expect(await agent.say(doneOf(message, agent.agentId, agent.agentId))).toBe(200);
      }
    });
    await Promise.all(ids.map((jobId) => create(jobId, { action: 'work' })));
    await Promise.all(working);
    expect(taken.toSorted()).toEqual(ids.toSorted());
    for (const jobId of ids) expect(await countOf(jobId, 'STEP_DONE')).toBe(1);
  });
});

describe('agents over REST (JB-6; unit lists 2.3, 2.4 and 2.5)', () => {
  it('are registered, listed, shown, heard and deleted [JB-6] (2.3, 2.4)', async () => {
    const agent = await Asking.register('desk', 'draw');
    expect((await call('GET', '/agents/desk')).body).toMatchObject({
      agentId: 'desk',
      status: 'live',
      capabilities: ['draw'],
    });
    const { body } = await call<{ agents: { agentId: string }[] }>('GET', '/agents');
    expect(body.agents.map(({ agentId }) => agentId)).toEqual(expect.arrayContaining(['local', 'desk']));
    expect((await call('GET', '/agents/nobody')).status).toBe(404);
    const again = { agentId: 'desk', host: 'h', os: 'o', capabilities: ['draw'] };
    expect((await call('POST', '/agents', again)).status).toBe(409);
    expect((await call('DELETE', '/agents/desk')).status).toBe(204);
    expect((await call('POST', '/agents/desk/heartbeat', {})).status).toBe(404);
    expect(await agent.say({})).toBe(400);
  });

  it('inform, fail and finish by messages, and a failure is tried again [JB-6, JB-4] (2.5 inform, failure, done)', async () => {
    const agent = await Asking.register('painter', 'paint');
    await create('picture', { action: 'paint', retries: 1 });
    const first = await agent.take(10_000);
    if (!first) throw new Error('There is a step.');
    const progress = { progress: 0.5, text: 'half of the sky' };
    expect(await agent.say(answerOf(first, agent, 'inform', progress, 'running'))).toBe(200);
    expect((await call('GET', '/jobs/picture')).body.steps).toEqual([
      expect.objectContaining({ progress: 0.5, said: 'half of the sky', agentId: 'painter' }),
    ]);
    const failure = { code: 'NO_BLUE', reason: 'there is no blue left', retryable: true };
    expect(await agent.say(answerOf(first, agent, 'failure', failure, 'failed'))).toBe(200);
    const second = await agent.take(10_000);
    if (!second) throw new Error('It is tried again.');
    expect(second.security.lease).not.toBe(first.security.lease);
    expect(await agent.say(answerOf(first, agent, 'done', { result: 'late' }, 'done'))).toBe(409);
    expect(await agent.say(answerOf(second, agent, 'done', { result: 'blue sky' }, 'done'))).toBe(200);
    expect((await once('picture', 'done')).body).toMatchObject({ result: 'blue sky', steps: [{ retries: 1 }] });
  });
});
