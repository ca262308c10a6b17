import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { AuditEntry } from '../../src/audit/index.ts';
import { EventStore } from '../../src/events/index.ts';
import { ask, bareSocket } from '../support/live-server.ts';
import { eventually } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

jest.setTimeout(60_000);

const step = (id: string, more: object = {}) => ({ id, action: 'rpn', params: { expression: '1 1 +' }, ...more });
const withKey = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

interface Page {
  readonly entries: readonly AuditEntry[];
  readonly nextCursor: number | null;
}

let server: TestServer;
const keys: Record<string, string> = {};

beforeAll(async () => {
  server = await runServer({ JOB_BACKOFF_MS: '1', APPROVAL_TIMEOUT_MS: '5000' });
  for (const [name, role] of Object.entries({
    ada: 'operator',
    bob: 'operator',
    vic: 'viewer',
    hand: 'worker',
    root: 'admin',
  }))
    keys[name] = String((await send('POST', '/keys', { name, role })).body.key);
});

afterAll(() => server[Symbol.asyncDispose]());

async function send(method: string, path: string, body?: unknown, key?: string) {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...(key === undefined ? {} : withKey(keys[key] ?? key)),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> };
}

async function audit(query: string): Promise<Page> {
  const { status, body } = await send('GET', `/audit?${query}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body as unknown as Page;
}

/** What was told of a subject, the oldest first: who, what, result. */
async function told(query: string) {
  const { entries } = await audit(`limit=200&${query}`);
  return entries.toReversed().map(({ who, action, result, door }) => [who, action, result, door]);
}

async function ended(jobId: string): Promise<void> {
  await eventually(
    () => send('GET', `/jobs/${jobId}`),
    ({ body }) => ['done', 'failed', 'cancelled'].includes(String(body.status)),
  );
}

interface Question {
  readonly approvalId: string;
  readonly hash: string;
  readonly step: string;
}

async function questionsOf(jobId: string, count: number): Promise<readonly Question[]> {
  const { body } = await eventually(
    () => send('GET', '/approvals'),
    (answer) => (answer.body.approvals as { jobId: string }[]).filter((each) => each.jobId === jobId).length === count,
  );
  return (body.approvals as (Question & { jobId: string })[]).filter((each) => each.jobId === jobId);
}

const decide = ({ approvalId, hash }: Question, decision: string, key: string, reason?: string) =>
  send('POST', `/approvals/${approvalId}/decision`, { decision, hash, reason }, key);

describe('the audit log of a job (list 6.2)', () => {
  it('tells of two who approve, one who refuses, one too late and one void, in order and by name [PL-5, JB-8]', async () => {
    const tasks = [step('both', { approvals: 2 }), step('no', { approvals: 1 }), step('moved', { approvals: 1 })];
    await send('POST', '/jobs', { jobId: 'people', tasks }, 'ada');
    const questions = await questionsOf('people', 3);
    const [both, no, moved] = ['both', 'no', 'moved'].map(
      (id) => questions.find((each) => each.step === id) as Question,
    );
    await decide(both as Question, 'approve', 'ada');
    using socket = await bareSocket(server.url, { token: keys.bob ?? '' });
    const { approvalId, hash } = both as Question;
    await ask(socket, 'approval:decide', { approvalId, hash, decision: 'approve', by: 'ada' });
    await send('PUT', '/jobs/people/steps/moved', { params: { expression: '2 2 +' } }, 'bob');
    const again = (await questionsOf('people', 2)).find((each) => each.step === 'moved') as Question;
    expect(again.approvalId).not.toBe(moved?.approvalId);
    await decide(again, 'approve', 'ada');
    await decide(no as Question, 'refuse', 'bob', 'too dear');
    await ended('people');
    const all = await told('job=people');
    const of = (action: string) => all.filter((each) => String(each[1]).startsWith(action));
    expect(all[0]).toEqual(['ada', 'job.created', 'ok', 'rest']);
    expect(of('approval')).toEqual([
      ['taskloom', 'approval.asked', 'ok', 'system'],
      ['taskloom', 'approval.asked', 'ok', 'system'],
      ['taskloom', 'approval.asked', 'ok', 'system'],
      ['ada', 'approval.given', 'ok', 'rest'],
      ['bob', 'approval.given', 'ok', 'socket'],
      ['taskloom', 'approval.renewed', 'ok', 'system'],
      ['ada', 'approval.given', 'ok', 'rest'],
      ['bob', 'approval.refused', 'refused', 'rest'],
    ]);
    expect(of('step.done')).toEqual([
      ['local', 'step.done', 'ok', 'system'],
      ['local', 'step.done', 'ok', 'system'],
    ]);
    expect(all.at(-1)).toEqual(['taskloom', 'job.failed', 'failed', 'system']);
    const { entries } = await audit('job=people&action=approval.refused');
    expect(entries).toMatchObject([{ step: 'no', why: 'too dear', kind: 'job', subject: 'people', role: 'operator' }]);
    const renewed = (await audit('job=people&action=approval.renewed')).entries[0];
    expect(renewed?.what).toContain(`approval ${moved?.approvalId} is void`);
  });

  it('tells of a question that nobody answered in time [PL-5, JB-8]', async () => {
    await send('POST', '/jobs', { jobId: 'late', tasks: [step('a', { approvals: 1 })] }, 'ada');
    await ended('late');
    expect(await told('job=late&action=approval')).toEqual([
      ['taskloom', 'approval.asked', 'ok', 'system'],
      ['taskloom', 'approval.expired', 'failed', 'system'],
    ]);
  });

  it('tells of every run of a step with its result, also of one that failed [PL-5]', async () => {
    const tasks = [step('sum'), step('bad', { params: { expression: '1 0 /' }, dependsOn: ['sum'] })];
    await send('POST', '/jobs', { jobId: 'runs', tasks }, 'ada');
    await ended('runs');
    await send('POST', '/jobs/runs/retry', { by: 'bob' }, 'ada');
    const { entries } = await audit('job=runs&action=step');
    const done = entries.find(({ action }) => action === 'step.done');
    expect(done).toMatchObject({
      who: 'local',
      step: 'sum',
      what: 'Did step sum',
      detail: expect.stringContaining('2'),
    });
    const failed = entries.filter(({ action }) => action === 'step.failed');
    expect(failed.length).toBeGreaterThanOrEqual(1);
    expect(failed[0]).toMatchObject({ step: 'bad', result: 'failed', detail: expect.stringContaining(':') });
    expect(await told('job=runs&action=job.retried')).toEqual([['ada', 'job.retried', 'ok', 'rest']]);
  });
});

describe('the rest of the audit log', () => {
  it('tells of keys that are made and revoked, and nothing of the keys themselves [PL-5, PL-3]', async () => {
    const { body } = await send('POST', '/keys', { name: 'short', role: 'viewer' }, 'root');
    await send('DELETE', `/keys/${String(body.id)}`, undefined, 'root');
    await send('DELETE', `/keys/${String(body.id)}`, undefined, 'root');
    const { entries } = await audit('action=key&who=root');
    expect(entries.map(({ action, subject, keyId }) => [action, subject, keyId])).toEqual([
      ['key.revoked', body.id, keys.root?.split('_')[1]],
      ['key.created', body.id, keys.root?.split('_')[1]],
    ]);
    const store = server.app.get(EventStore);
    const events = await store.getEvents(`key:${String(body.id)}`);
    expect(events.map(({ eventType }) => eventType)).toEqual(['KEY_CREATED', 'KEY_REVOKED']);
    expect(JSON.stringify(events)).not.toContain(String(body.key).split('_')[2]);
  });

  it('tells of webhooks, schedules and tasks, and leaves a fork its own part [PL-5]', async () => {
    const { body: hook } = await send('POST', '/webhooks', { url: 'https://example.com/h' }, 'root');
    await send('DELETE', `/webhooks/${String(hook.id)}`, undefined, 'root');
    expect((await audit('action=webhook')).entries.map(({ action, who }) => [action, who])).toEqual([
      ['webhook.deleted', 'root'],
      ['webhook.created', 'root'],
    ]);
    const due = { at: '2099-01-01T00:00:00Z', job: { tasks: [step('a')] } };
    const { body: schedule } = await send('POST', '/schedules', due, 'ada');
    await send('DELETE', `/schedules/${String(schedule.scheduleId)}`, undefined, 'bob');
    expect(await told('action=schedule')).toEqual([
      ['ada', 'schedule.created', 'ok', 'rest'],
      ['bob', 'schedule.deleted', 'ok', 'rest'],
    ]);
    await send('POST', '/tasks', { taskId: 'one', prompt: 'add', modules: [{ path: 'a.js' }] }, 'ada');
    await send('POST', '/tasks/one/pause', { reason: 'lunch' }, 'ada');
    await send('POST', '/tasks/one/fork', { taskId: 'two' }, 'bob');
    await send('DELETE', '/tasks/two?reason=enough', undefined, 'bob');
    const steered = (await told('task=one')).filter(([, action]) => action !== 'plan.made');
    expect(steered).toEqual([
      ['ada', 'task.created', 'ok', 'rest'],
      ['ada', 'task.paused', 'ok', 'rest'],
    ]);
    const { entries } = await audit('task=two');
    const forked = entries.map(({ who, action, why }) => [who, action, why]);
    expect(forked.filter(([, action]) => action !== 'plan.made')).toEqual([
      ['bob', 'task.cancelled', 'enough'],
      ['bob', 'task.forked', null],
    ]);
  });

  it('tells who was refused what, whatever the door, and of a flood only so much [PL-5, PL-3]', async () => {
    await send('POST', '/jobs', { tasks: [] }, 'vic');
    const forged = `tlk_0123456789abcdef_${'x'.repeat(43)}`;
    await send('GET', '/jobs', undefined, forged);
    using socket = await bareSocket(server.url, { token: keys.vic ?? '' });
    await ask(socket, 'pause', { taskId: 'one' });
    await bareSocket(server.url, { token: forged }).catch(() => undefined);
    await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: {
        ...withKey(keys.vic ?? ''),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'cancel_task' } }),
    });
    await Promise.all(Array.from({ length: 200 }, () => send('GET', '/keys', undefined, 'ada')));
    const entries = await eventually(
      async () => (await audit('action=access&limit=200')).entries,
      (found) => found.some(({ what }) => what.includes('GET /keys')) && found.some(({ door }) => door === 'mcp'),
    );
    expect(entries.map(({ who, role, door, what }) => [who, role, door, what])).toEqual(
      expect.arrayContaining([
        ['vic', 'viewer', 'rest', 'Was refused POST /jobs'],
        ['key 0123456789abcdef', null, 'rest', 'Was refused GET /jobs'],
        ['vic', 'viewer', 'socket', 'Was refused pause'],
        ['key 0123456789abcdef', null, 'socket', 'Was refused connect'],
        ['vic', 'viewer', 'mcp', 'Was refused tools/call cancel_task'],
        ['ada', 'operator', 'rest', 'Was refused GET /keys'],
      ]),
    );
    expect(entries.length).toBeLessThan(20);
  });

  it('answers pages that stay as they are while more is done, and finds by who, action and time [PL-5]', async () => {
    const first = await audit('limit=3');
    await send('POST', '/jobs', { jobId: 'meanwhile', tasks: [step('a')] }, 'bob');
    await ended('meanwhile');
    const second = await audit(`limit=3&cursor=${first.nextCursor}`);
    const both = [...first.entries, ...second.entries].map(({ sequence }) => sequence);
    expect(both).toEqual(both.toSorted((one, other) => other - one));
    expect(new Set(both).size).toBe(6);
    expect((await audit(`limit=6&cursor=${(both[0] ?? 0) + 1}`)).entries.map(({ sequence }) => sequence)).toEqual(both);
    expect((await audit('who=bob&limit=200')).entries.every(({ who }) => who === 'bob')).toBe(true);
    const [newest] = (await audit('limit=1')).entries;
    expect((await audit(`until=${newest?.at}&limit=1`)).entries).toHaveLength(1);
    expect((await audit('since=2099-01-01&limit=1')).entries).toEqual([]);
    for (const query of ['action=nothing', 'cursor=0', 'limit=0', 'since=noon', 'who=', 'job=a&task=b', 'x=1'])
      expect(await send('GET', `/audit?${query}`)).toMatchObject({ status: 400 });
  });

  it('is for operators and admins [PL-5, PL-3]', async () => {
    for (const path of ['/audit', '/audit/export']) {
      const statusOf = async (key: string) =>
        (await fetch(server.url + path, { headers: withKey(keys[key] ?? '') })).status;
      expect(await Promise.all(['vic', 'hand', 'ada', 'root'].map(statusOf))).toEqual([403, 403, 200, 200]);
    }
  });

  it('is exported whole, the oldest first, as JSON Lines and as a table [PL-5]', async () => {
    const name = '=HYPERLINK("http://x")';
    await send('POST', '/keys', { name, role: 'viewer' }, 'root');
    const json = await fetch(`${server.url}/audit/export?action=key`);
    expect(json.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = (await json.text()).trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as AuditEntry);
    expect(entries).toEqual((await audit('action=key&limit=200')).entries.toReversed());
    const table = await fetch(`${server.url}/audit/export?action=key&format=csv`);
    expect(table.headers.get('content-type')).toContain('text/csv');
    const rows = (await table.text()).trimEnd().split('\r\n');
    expect(rows[0]).toMatch(/^sequence,at,who,/);
    expect(rows).toHaveLength(entries.length + 1);
    expect((await fetch(`${server.url}/audit/export?format=xls`)).status).toBe(400);
  });
});
