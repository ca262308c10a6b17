import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { taskloom } from '../support/cli-host.ts';
import { ask, bareSocket } from '../support/live-server.ts';
import { mcpClient, type McpClient } from '../support/mcp-client.ts';
import { eventsOf, eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface Question {
  readonly approvalId: string;
  readonly jobId: string;
  readonly step: string;
  readonly hash: string;
}

type Door = (question: Question, hash: string) => Promise<'taken' | 'refused'>;

let server: TestServer;
let socket: Socket & Disposable;
let mcp: McpClient;
let doors: readonly Door[];

beforeAll(async () => {
  server = await runServer();
  socket = await bareSocket(server.url);
  mcp = await mcpClient(server.url, '2026-07-28');
  doors = [
    async ({ approvalId }, hash) => {
      const url = `${server.url}/approvals/${approvalId}/decision`;
      return (await request('POST', url, { decision: 'approve', hash })).status === 200 ? 'taken' : 'refused';
    },
    async ({ approvalId }, hash) => {
      const answer = await ask(socket, 'approval:decide', { approvalId, decision: 'approve', hash });
      return answer.ok ? 'taken' : 'refused';
    },
    async ({ approvalId: approval_id }, hash) => {
      const input = { approval_id, decision: 'approve', hash };
      return (await mcp.client.callTool({ name: 'decide_approval', arguments: input })).isError ? 'refused' : 'taken';
    },
  ];
});

afterAll(async () => {
  await mcp[Symbol.asyncDispose]();
  socket[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

const steps = ['a', 'b', 'c'];
const orders = steps.flatMap((first) =>
  steps
    .filter((second) => second !== first)
    .map((second) => [first, second, steps.find((third) => third !== first && third !== second) ?? '']),
);

async function questionsOf(jobId: string): Promise<ReadonlyMap<string, Question>> {
  const { body } = await eventually(
    () => request<{ approvals: readonly Question[] }>('GET', `${server.url}/approvals`),
    (answer) => answer.body.approvals.filter((each) => each.jobId === jobId).length === steps.length,
  );
  return new Map(body.approvals.filter((each) => each.jobId === jobId).map((each) => [each.step, each]));
}

/** A job of three steps that all wait for approval at once; each adds another number to 1. */
async function asking(jobId: string): Promise<ReadonlyMap<string, Question>> {
  const tasks = steps.map((id, index) => ({
    id,
    action: 'rpn',
    approvals: 1,
    params: { expression: `1 ${(index + 1) * 10} +` },
  }));
  await request('POST', `${server.url}/jobs`, { jobId, tasks });
  return questionsOf(jobId);
}

async function ended(jobId: string): Promise<void> {
  const { body } = await eventually(
    () => request('GET', `${server.url}/jobs/${jobId}`),
    (answer) => answer.body.status === 'done',
  );
  expect(body).toMatchObject({ result: { a: { value: 11 }, b: { value: 21 }, c: { value: 31 } } });
  const { body: log } = await request<{ events: readonly { eventType: string; data: { step?: string } }[] }>(
    'GET',
    `${server.url}/jobs/${jobId}/events?limit=1000`,
  );
  for (const type of ['APPROVAL_GIVEN', 'STEP_ASSIGNED', 'STEP_DONE']) {
    const of = log.events.filter(({ eventType }) => eventType === type).map(({ data }) => data.step);
    expect({ type, of: of.toSorted() }).toEqual({ type, of: steps });
  }
}

describe('several questions to people at once', () => {
  it.each(orders)('are answered %s, %s, %s over different doors, and each step runs once [JB-8]', async (...order) => {
    const jobId = `in-order-${order.join('')}`;
    const questions = await asking(jobId);
    for (const [index, step] of order.entries()) {
      const question = questions.get(step);
      const door = doors[index];
      if (!question || !door) throw new Error(`nothing is asked about ${step}`);
      // The answer to another question is none to this one.
      const other = questions.get(steps.find((each) => each !== step) ?? '')?.hash ?? '';
      expect(await door(question, other)).toBe('refused');
      expect(await door(question, question.hash)).toBe('taken');
    }
    await ended(jobId);
  });

  it('are answered all at the same time, at every door: one word counts, and each step runs once [JB-8]', async () => {
    const questions = await asking('at-once');
    const said = [...questions.values()].flatMap((question) => doors.map((door) => door(question, question.hash)));
    const taken = (await Promise.all(said)).filter((word) => word === 'taken');
    expect(taken).toHaveLength(steps.length);
    await ended('at-once');
  });
});

describe('a question that wants an answer in words', () => {
  it('gets it over REST, the socket, MCP and the terminal, and says what is missing [JB-8]', async () => {
    const tasks = ['a', 'b', 'c', 'd'].map((id) => ({
      id,
      action: 'approval',
      params: { question: 'Which number?', answer: { type: 'number' } },
    }));
    await request('POST', `${server.url}/jobs`, { jobId: 'answers', tasks });
    const { body } = await eventually(
      () => request<{ approvals: readonly Question[] }>('GET', `${server.url}/approvals`),
      (answer) => answer.body.approvals.length === tasks.length,
    );
    const [a, b, c, d] = body.approvals.toSorted((one, other) => (one.step < other.step ? -1 : 1));
    if (!a || !b || !c || !d) throw new Error('not all was asked');
    const url = `${server.url}/approvals/${a.approvalId}/decision`;
    const missing = await request('POST', url, { decision: 'approve', hash: a.hash });
    expect(missing).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT', errors: [{ path: 'answer' }] } });
    const told = await request('POST', url, { decision: 'approve', hash: a.hash, answer: '1' });
    expect(told.body).toMatchObject({ status: 'approved', answer: 1 });
    const said = { approvalId: b.approvalId, decision: 'approve', hash: b.hash, answer: '2' };
    expect(await ask(socket, 'approval:decide', said)).toMatchObject({ ok: true, approval: { answer: 2 } });
    const input = { approval_id: c.approvalId, decision: 'approve', hash: c.hash, answer: '3' };
    const { structuredContent } = await mcp.client.callTool({ name: 'decide_approval', arguments: input });
    expect(structuredContent).toMatchObject({ answer: 3 });
    const typed = await taskloom(['approve', d.approvalId, '--answer', '4', '--server', server.url]);
    expect(typed).toMatchObject({ exitCode: 0, out: expect.stringContaining('Which number?') });
    const job = await eventually(
      () => request('GET', `${server.url}/jobs/answers`),
      (answer) => answer.body.status === 'done',
    );
    const answers = { a: { answer: 1 }, b: { answer: 2 }, c: { answer: 3 }, d: { answer: 4 } };
    expect(job.body).toMatchObject({ result: answers });
  });
});

describe('a word with a key', () => {
  it('is that of the key, whoever its holder claims to be: two people are two keys [JB-8, PL-3]', async () => {
    const keyOf = async (name: string) =>
      String((await request('POST', `${server.url}/keys`, { name, role: 'operator' })).body.key);
    const [ada, bob] = [await keyOf('ada'), await keyOf('bob')];
    const tasks = [{ id: 'pay', action: 'rpn', approvals: 2, params: { expression: '1 1 +' } }];
    await request('POST', `${server.url}/jobs`, { jobId: 'four-eyes', tasks });
    const { body } = await eventually(
      () => request<{ approvals: readonly Question[] }>('GET', `${server.url}/approvals`),
      (answer) => answer.body.approvals.length === 1,
    );
    const { approvalId = '', hash = '' } = body.approvals[0] ?? {};
    const overRest = async (key: string, by: string) => {
      const response = await fetch(`${server.url}/approvals/${approvalId}/decision`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ decision: 'approve', hash, by }),
      });
      return [response.status, ((await response.json()) as { approvedBy?: readonly string[] }).approvedBy];
    };
    const overSocket = async (key: string, by: string) => {
      using own = await bareSocket(server.url, { token: key });
      return await ask(own, 'approval:decide', { approvalId, decision: 'approve', hash, by });
    };
    expect(await overRest(ada, 'carol')).toEqual([200, ['ada']]);
    expect(await overRest(ada, 'bob')).toEqual([409, undefined]);
    expect(await overSocket(ada, 'bob')).toMatchObject({ ok: false, error: { code: 'JOBS_APPROVAL_SAME_PERSON' } });
    expect(await overSocket(bob, 'ada')).toMatchObject({ ok: true, approval: { approvedBy: ['ada', 'bob'] } });
  });

  it('is that of the key for a plan as well [EP-4, PL-3]', async () => {
    const { body: made } = await request('POST', `${server.url}/keys`, { name: 'dana', role: 'operator' });
    const task = { taskId: 'planned', prompt: 'add', modules: [{ path: 'a.js' }], requireApproval: true };
    await request('POST', `${server.url}/tasks`, task);
    const plan = `${server.url}/tasks/planned/plan`;
    const { body } = await eventually(
      () => request('GET', plan),
      ({ status }) => status === 200,
    );
    await fetch(`${plan}/decision`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${String(made.key)}` },
      body: JSON.stringify({ decision: 'approve', planHash: body.planHash, by: 'somebody' }),
    });
    const approved = (await eventsOf(server.url, 'planned')).find(({ eventType }) => eventType === 'PLAN_APPROVED');
    expect(approved?.data).toMatchObject({ by: 'dana' });
  });
});
