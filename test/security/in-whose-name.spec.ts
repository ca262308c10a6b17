import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStore, type StoredEvent } from '../../src/events/index.ts';
import type { Door } from '../../src/kernel/acting.ts';
import { ask, bareSocket } from '../support/live-server.ts';
import { mcpClient, revisions } from '../support/mcp-client.ts';
import { eventually } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

jest.setTimeout(60_000);

const step = (id: string, more: object = {}) => ({ id, action: 'rpn', params: { expression: '1 1 +' }, ...more });
const task = (taskId: string, more: object = {}) => ({
  taskId,
  prompt: 'add two numbers',
  modules: [{ path: 'src/a.js' }],
  ...more,
});
const code = { path: 'src/a.js', content: 'export const a = 1;\n', by: 'bob' };

let server: TestServer;
let events: EventStore;
let ada: string;
let root: string;

beforeAll(async () => {
  server = await runServer();
  events = server.app.get(EventStore);
  const keyOf = async (name: string, role: string) =>
    String((await send('POST', '/keys', { name, role }, {})).body.key);
  ada = await keyOf('ada', 'operator');
  root = await keyOf('root', 'admin');
});

afterAll(() => server[Symbol.asyncDispose]());

interface Sent {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Sent> {
  const response = await fetch(server.url + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> };
}

const withKey = (key: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${key}`, ...more });

/** What `work` brings into the log; it must be in the name of `name`, whatever was claimed, and hold these types. */
async function inNameOf(name: string, door: Door, types: readonly string[], work: () => Promise<unknown>) {
  const after = await events.lastSequence();
  await work();
  const all: StoredEvent[] = [];
  for (;;) {
    const page = await events.readAll({ after: all.at(-1)?.sequenceNumber ?? after });
    if (page.length === 0) break;
    all.push(...page);
  }
  const said = all.filter(({ actor }) => actor);
  for (const { eventType, actor, data } of said) {
    expect({ eventType, name: actor?.name, door: actor?.door }).toEqual({ eventType, name, door });
    if ('by' in data) expect({ eventType, by: data.by }).toEqual({ eventType, by: name });
  }
  expect(said.map(({ eventType }) => eventType)).toEqual(expect.arrayContaining([...types]));
  return said;
}

describe('over REST, what is done with a key is in the name of that key, whatever `by` says', () => {
  const rest = (types: readonly string[], method: string, path: string, body?: unknown, status = 200) =>
    inNameOf('ada', 'rest', types, async () => {
      expect(await send(method, path, body, withKey(ada))).toMatchObject({ status });
    });

  it('of tasks: made, paused, told, resumed, coded by hand, claimed, cancelled [PL-5, PL-3]', async () => {
    await rest(['TASK_CREATED'], 'POST', '/tasks', task('one'), 201);
    await rest(['TASK_PAUSED'], 'POST', '/tasks/one/pause', { by: 'bob', reason: 'lunch' });
    await rest(['USER_INTERVENTION'], 'POST', '/tasks/one/interventions', { guidance: 'tabs', by: 'bob' }, 201);
    await rest(['TASK_RESUMED'], 'POST', '/tasks/one/resume', { by: 'bob' });
    await rest(['WORK_ITEM_CLAIMED'], 'POST', '/work-items/claim', { by: 'bob', waitMs: 10_000 });
    await rest(['CODE_GENERATED'], 'POST', '/tasks/one/code', code, 201);
    const report = { module: 'src/a.js', codeVersion: 1, description: 'it is 1', by: 'bob' };
    await rest(['BUG_REPORT_RECEIVED'], 'POST', '/tasks/one/bug-reports', report, 201);
    const { body: plan } = await send('GET', '/tasks/one/plan', undefined, {});
    const modules = [{ path: 'src/b.js', description: 'b', dependsOn: [] }];
    const edit = { planHash: plan.planHash, plan: { objective: 'o', language: plan.language, modules }, by: 'bob' };
    await rest(['PLAN_EDITED'], 'PUT', '/tasks/one/plan', edit);
    await rest(['TASK_FORKED'], 'POST', '/tasks/one/fork', {}, 201);
    await rest(['TASK_CANCELLED'], 'DELETE', '/tasks/one');
  });

  it('of jobs, their steps and dead letters, schedules and agents [PL-5, PL-3]', async () => {
    const asked = { jobId: 'edited', tasks: [step('a', { approvals: 1 })] };
    await rest(['JOB_CREATED'], 'POST', '/jobs', asked, 201);
    await eventually(
      () => send('GET', '/approvals', undefined, {}),
      ({ body }) => JSON.stringify(body).includes('edited'),
    );
    const edit = { params: { expression: '2 2 +' }, by: 'bob' };
    await rest(['STEP_EDITED'], 'PUT', '/jobs/edited/steps/a', edit);
    await rest(['JOB_CANCELLED'], 'DELETE', '/jobs/edited');
    const failing = { jobId: 'failing', maxRetries: 0, tasks: [step('a', { params: { expression: '1 0 /' } })] };
    await send('POST', '/jobs', failing, {});
    const failed = () =>
      eventually(
        () => send('GET', '/jobs/failing', undefined, {}),
        ({ body }) => body.status === 'failed',
      );
    await failed();
    await rest(['JOB_RETRIED'], 'POST', '/jobs/failing/retry', { by: 'bob' });
    await failed();
    await rest(['JOB_DROPPED'], 'POST', '/dead-letters/failing/drop', { by: 'bob', reason: 'enough' });
    const due = { at: '2099-01-01T00:00:00Z', job: { tasks: [step('a')] } };
    await rest(['SCHEDULE_CREATED'], 'POST', '/schedules', due, 201);
    const { body } = await send('GET', '/schedules', undefined, {});
    const [{ scheduleId } = { scheduleId: '' }] = body.schedules as { scheduleId: string }[];
    await rest(['SCHEDULE_DELETED'], 'DELETE', `/schedules/${scheduleId}`);
    const agent = { agentId: 'desk', host: 'desk', os: 'linux', capabilities: ['click'] };
    await rest(['AGENT_REGISTERED'], 'POST', '/agents', agent, 201);
  });

  it('of knowledge, messages, webhooks and agents [PL-5, PL-3]', async () => {
    const memory = { id: 'm1', title: 'T', text: 'long ago', subject: 'one', metadata: {} };
    await events.append('knowledge:m1', [{ eventType: 'MEMORY_STORED', data: memory }]);
    await eventually(
      () => send('GET', '/knowledge/m1', undefined, {}),
      ({ status }) => status === 200,
    );
    await rest(['KNOWLEDGE_CORRECTED'], 'PUT', '/knowledge/m1', { text: 'now', by: 'bob' });
    await rest(['KNOWLEDGE_FORGOTTEN'], 'DELETE', '/knowledge/m1?by=bob', undefined, 204);
    const message = { strategy: 'ROUND_ROBIN', type: 'rpn', payload: { expression: '1 1 +' } };
    await rest(['MESSAGE_SENT'], 'POST', '/messages', message);
    const asRoot = (types: readonly string[], method: string, path: string, body?: unknown) =>
      inNameOf('root', 'rest', types, async () => {
        const { status } = await send(method, path, body, withKey(root));
        expect(Math.floor(status / 100)).toBe(2);
      });
    await asRoot(['AGENT_DELETED'], 'DELETE', '/agents/desk');
    await asRoot(['WEBHOOK_CREATED'], 'POST', '/webhooks', { url: 'https://example.com/hook' });
  });

  it('with the key, the role, the door and the correlation id of the request [PL-5, PL-6]', async () => {
    const headers = withKey(ada, { 'x-correlation-id': 'checkout-42' });
    const [created] = await inNameOf('ada', 'rest', ['TASK_CREATED'], () =>
      send('POST', '/tasks', task('correlated'), headers),
    );
    const keyId = ada.split('_')[1];
    const actor = { name: 'ada', proof: 'key', keyId, role: 'operator', door: 'rest', correlationId: 'checkout-42' };
    expect(created?.actor).toEqual(actor);
    const { body } = await send('GET', '/tasks/correlated/events?limit=1', undefined, {});
    expect(body.events).toMatchObject([{ actor }]);
    await inNameOf('ada', 'cli', ['TASK_CANCELLED'], () =>
      send('DELETE', '/tasks/correlated', undefined, withKey(ada, { 'user-agent': 'taskloom-cli/9.9' })),
    );
  });

  it('and where no key is needed the word of the caller counts, which the event says [PL-5]', async () => {
    await send('POST', '/tasks', task('open'), {});
    await send('POST', '/tasks/open/pause', { by: 'bob' }, {});
    const paused = await events.getEvents('open', { types: ['TASK_PAUSED'] });
    expect(paused[0]).toMatchObject({ data: { by: 'bob' }, actor: { name: 'local', proof: 'loopback', door: 'rest' } });
  });
});

it('over the socket, as over REST [PL-5, GW-1]', async () => {
  using socket = await bareSocket(server.url, { token: ada });
  const over = (types: readonly string[], name: string, body: object) =>
    inNameOf('ada', 'socket', types, async () => {
      expect(await ask(socket, name, { ...body, by: 'bob' })).toMatchObject({ ok: true });
    });
  await send('POST', '/tasks', task('live'), {});
  await over(['TASK_PAUSED'], 'pause', { taskId: 'live' });
  await over(['USER_INTERVENTION'], 'intervene', { taskId: 'live', guidance: 'tabs' });
  await over(['TASK_RESUMED'], 'resume', { taskId: 'live' });
  await over(['TASK_CANCELLED'], 'cancel', { taskId: 'live' });
  await send(
    'POST',
    '/jobs',
    { jobId: 'wired', maxRetries: 0, tasks: [step('a', { params: { expression: '+' } })] },
    {},
  );
  await eventually(
    () => send('GET', '/jobs/wired', undefined, {}),
    ({ body }) => body.status === 'failed',
  );
  await over(['JOB_RETRIED'], 'job:retry', { jobId: 'wired' });
  await send('POST', '/jobs', { jobId: 'asked', tasks: [step('a', { approvals: 1 })] }, {});
  const { body } = await eventually(
    () => send('GET', '/approvals', undefined, {}),
    (answer) => JSON.stringify(answer.body).includes('"asked"'),
  );
  const approvals = body.approvals as { jobId: string; approvalId: string; hash: string }[];
  const { approvalId, hash } = approvals.find(({ jobId }) => jobId === 'asked') ?? { approvalId: '', hash: '' };
  await over(['APPROVAL_GIVEN'], 'approval:decide', { approvalId, hash, decision: 'approve' });
  await inNameOf('ada', 'socket', ['MESSAGE_SENT'], () =>
    ask(socket, 'broker:dispatch', { strategy: 'ROUND_ROBIN', type: 'rpn', payload: { expression: '1 1 +' } }),
  );
});

it.each(revisions)('over MCP %s, as over REST [PL-5, MCP-2]', async (revision) => {
  await using mcp = await mcpClient(server.url, revision, { key: ada });
  const over = (types: readonly string[], tool: string, input: Record<string, unknown>) =>
    inNameOf('ada', 'mcp', types, () => mcp.call(tool, input));
  const id = `mcp-${revision}`;
  await over(['TASK_CREATED'], 'start_coding_task', { task_id: id, prompt: 'add', modules: [{ path: 'src/a.js' }] });
  await over(['WORK_ITEM_CLAIMED'], 'claim_work', { by: 'bob', wait_ms: 10_000 });
  await over(['USER_INTERVENTION'], 'send_intervention', { task_id: id, guidance: 'tabs' });
  await over(['TASK_CANCELLED'], 'cancel_task', { task_id: id });
});

it('what a person has set going is the server’s own doing, and a due job is its schedule’s [PL-5]', async () => {
  await send('POST', '/jobs', { jobId: 'by-itself', tasks: [step('a')] }, withKey(ada));
  await eventually(
    () => send('GET', '/jobs/by-itself', undefined, {}),
    ({ body }) => body.status === 'done',
  );
  const actors = (await events.getEvents('by-itself')).map(({ eventType, actor }) => [eventType, actor?.name]);
  expect(actors.filter(([, name]) => name !== undefined)).toEqual([['JOB_CREATED', 'ada']]);
  const due = { cron: '* * * * * *', job: { tasks: [step('a')] } };
  const { body } = await send('POST', '/schedules', due, withKey(ada));
  const schedule = `/schedules/${String(body.scheduleId)}`;
  const fired = await eventually(
    () => send('GET', schedule, undefined, {}),
    (answer) => typeof answer.body.lastJobId === 'string',
  );
  await send('DELETE', schedule, undefined, withKey(ada));
  const [created] = await events.getEvents(String(fired.body.lastJobId));
  expect(created?.actor).toMatchObject({
    name: `schedule ${String(body.scheduleId)}`,
    door: 'schedule',
    proof: 'none',
  });
});
