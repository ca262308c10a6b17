import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BareAgent, doneOf, type WireMessage } from '../support/bare-agent.ts';
import { ask, bareSocket } from '../support/live-server.ts';
import { eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await runServer({ JOB_BACKOFF_MS: '5' });
});

afterAll(() => server[Symbol.asyncDispose]());

const jobOnce = async (jobId: string, status: string) =>
  (
    await eventually(
      () => request('GET', `${server.url}/jobs/${jobId}`),
      ({ body }) => body.status === status,
    )
  ).body;

describe('jobs over REST (JB-5)', () => {
  it('works out an expression in plain words over a graph of steps [JB-5, JB-12]', async () => {
    const created = await request('POST', `${server.url}/jobs`, { request: 'what is three plus four times two' });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`${server.url}/jobs/${String(created.body.jobId)}`);
    expect(await jobOnce(String(created.body.jobId), 'done')).toMatchObject({
      intent: 'calculate',
      result: { value: 11 },
    });
  });

  it('shares the steps of an expression among several agents, one over REST and one over the socket [JB-7, JB-12]', async () => {
    const { body: registered } = await request('POST', `${server.url}/agents`, {
      agentId: 'poll',
      host: 'h',
      os: 'o',
      capabilities: ['shout'],
    });
    const agent = await BareAgent.register(server.url, 'sock', ['whisper']);
    expect(await agent.connect()).toMatchObject({ ok: true, revoked: [] });
    const tasks = [
      { id: 'sum', action: 'rpn', params: { expression: '3 4 +' } },
      { id: 'loud', action: 'shout', params: { value: '{{steps.sum.result.value}}' }, dependsOn: ['sum'] },
      { id: 'soft', action: 'whisper', params: { value: '{{steps.loud.result}}' }, dependsOn: ['loud'] },
    ];
    expect((await request('POST', `${server.url}/jobs`, { jobId: 'shared', tasks })).status).toBe(201);
    const headers = { 'content-type': 'application/json', 'x-agent-key': String(registered.key) };
    const post = (path: string, body: object) =>
      fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const taken = (await (await post('/agents/poll/take', { waitMs: 10_000 })).json()) as { message: WireMessage };
    expect(taken.message.payload).toMatchObject({ action: 'shout', params: { value: 7 } });
    expect((await post('/agents/poll/heartbeat', { load: 0.5 })).status).toBe(204);
    const done = doneOf(taken.message, 'poll', '7!');
    expect(await (await post('/lam/message', done)).json()).toEqual({ accepted: true, routedTo: 'step' });
    expect((await request('POST', `${server.url}/lam/message`, done)).status).toBe(401);
    await eventually(
      () => Promise.resolve(agent.held.size),
      (held) => held === 1,
    );
    for (const message of agent.held.values()) await agent.done(message, '7! (psst)');
    expect(await jobOnce('shared', 'done')).toMatchObject({ result: '7! (psst)' });
    agent.close();
    const { body } = await request<{ agents: { agentId: string }[] }>('GET', `${server.url}/agents`);
    expect(body.agents.map(({ agentId }) => agentId)).toEqual(['local', 'poll', 'sock']);
  });

  it('takes decisions over REST and the socket, and lets a job be followed live [JB-5, JB-8]', async () => {
    using socket = await bareSocket(server.url);
    const types: string[] = [];
    socket.on('events', (frame: { messages: { type: string }[] }, acknowledge: () => void) => {
      types.push(...frame.messages.map(({ type }) => type));
      acknowledge();
    });
    const tasks = [{ id: 'pay', action: 'rpn', approvals: 2, params: { expression: '1 1 +' } }];
    await request('POST', `${server.url}/jobs`, { jobId: 'paid', tasks });
    expect(await ask(socket, 'subscribe', { jobId: 'paid' })).toMatchObject({ ok: true, state: { jobId: 'paid' } });
    const { body } = await eventually(
      () => request<{ approvals: { approvalId: string; hash: string }[] }>('GET', `${server.url}/approvals`),
      (answer) => answer.body.approvals.length === 1,
    );
    const { approvalId = '', hash = '' } = body.approvals[0] ?? {};
    const path = `${server.url}/approvals/${approvalId}/decision`;
    expect((await request('POST', path, { decision: 'approve', hash, by: 'ada' })).status).toBe(200);
    expect((await request('POST', path, { decision: 'approve', hash, by: 'ada' })).status).toBe(409);
    const said = await ask(socket, 'approval:decide', { approvalId, decision: 'approve', hash, by: 'bob' });
    expect(said).toMatchObject({ ok: true, approval: { status: 'approved', approvedBy: ['ada', 'bob'] } });
    expect(await jobOnce('paid', 'done')).toMatchObject({ result: { value: 2 } });
    await eventually(
      () => Promise.resolve(types.at(-1)),
      (last) => last === 'JOB_DONE',
    );
    expect(await ask(socket, 'subscribe', { jobId: 'none' })).toMatchObject({
      ok: false,
      error: { code: 'JOBS_JOB_NOT_FOUND' },
    });
  });

  it('does what is asked in plain words now or later, and says what it cannot [JB-5]', async () => {
    const now = await request<{ job: { jobId: string } }>('POST', `${server.url}/schedule`, {
      request: 'what is 6 times 7',
    });
    expect(await jobOnce(now.body.job.jobId, 'done')).toMatchObject({ result: { value: 42 } });
    const at = new Date(Date.now() + 400).toISOString();
    const later = await request<{ schedule: { scheduleId: string } }>('POST', `${server.url}/schedule`, {
      request: 'what is 6 times 7',
      at,
    });
    const { scheduleId } = later.body.schedule;
    const ended = await eventually(
      () => request('GET', `${server.url}/schedules/${scheduleId}`),
      ({ body }) => body.fired === 1,
    );
    await jobOnce(encodeURIComponent(String(ended.body.lastJobId)), 'done');
    const unclear = await request('POST', `${server.url}/jobs`, { request: 'sing me a song of sixpence please' });
    expect(unclear.status).toBe(400);
    const unknown = await request('POST', `${server.url}/jobs`, { tasks: [{ id: 'a', action: 'fly' }] });
    expect([unknown.status, JSON.stringify(unknown.body)]).toEqual([
      400,
      expect.stringContaining('no action that anybody does'),
    ]);
  });
});
