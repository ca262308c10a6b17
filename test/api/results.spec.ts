import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventsOf, outcomeOf, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface FileList {
  version: number;
  files: { path: string; size: number; sha256: string; role: string }[];
}

interface State {
  status: string;
  streamSequence: number;
  codeVersion: number;
}

const test = `import { strictEqual } from 'node:assert';
import { it } from 'node:test';
import { one } from '../src/one.js';
it('is one', () => strictEqual(one, 1));
`;

describe('what came of a task', () => {
  let server: TestServer;
  let task: string;

  beforeAll(async () => {
    server = await runServer();
    task = `${server.url}/tasks/one`;
    const created = await request('POST', `${server.url}/tasks`, {
      prompt: 'one',
      taskId: 'one',
      modules: [{ path: 'src/one.js', description: 'exports one' }],
      files: [
        { path: 'test/one.test.js', content: test, role: 'test' },
        { path: 'data/ä b #1.html', content: '<script>alert("🧵")</script>', role: 'fixture' },
      ],
    });
    expect(created.status).toBe(201);
    for (const code of ['export const one = 2;\n', 'export const one = 1;\n']) {
      const claim = await request<{ item: { id: string; leaseToken: string } }>(
        'POST',
        `${server.url}/work-items/claim`,
        { by: 'test', waitMs: 10_000 },
      );
      const { id, leaseToken } = claim.body.item;
      await request('POST', `${server.url}/work-items/${id}/answer`, {
        leaseToken,
        answer: { path: 'src/one.js', code },
      });
    }
    expect((await outcomeOf(server.url, 'one')).status).toBe('completed');
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it('is listed and read at every code version [API-1]', async () => {
    const newest = (await request<FileList>('GET', `${task}/files`)).body;
    expect(newest.version).toBe(2);
    expect(newest.files.map(({ path, role }) => [path, role]).sort()).toEqual([
      ['data/ä b #1.html', 'fixture'],
      ['src/one.js', 'source'],
      ['test/one.test.js', 'test'],
    ]);
    for (const [version, content] of [
      [1, 'export const one = 2;\n'],
      [2, 'export const one = 1;\n'],
    ] as const) {
      const { files } = (await request<FileList>('GET', `${task}/files?version=${version}`)).body;
      const bytes = Buffer.from(await (await fetch(`${task}/files/src/one.js?version=${version}`)).arrayBuffer());
      expect(bytes.toString()).toBe(content);
      const listed = files.find(({ path }) => path === 'src/one.js');
      expect(listed).toMatchObject({
        size: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    }
    const none = (await request<FileList>('GET', `${task}/files?version=0`)).body.files.map(({ path }) => path);
    expect(none).not.toContain('src/one.js');
  });

  it('is handed over as bytes that no browser runs [API-1] [PL-3]', async () => {
    const response = await fetch(`${task}/files/${['data', 'ä b #1.html'].map(encodeURIComponent).join('/')}`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('<script>alert("🧵")</script>');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-disposition')).toBe('attachment');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
  });

  it.each([
    ['/files/none.js', 404, 'FILE_NOT_FOUND'],
    ['/files/', 404, 'FILE_NOT_FOUND'],
    ['/files/..%2F..%2Fetc%2Fpasswd', 404, 'FILE_NOT_FOUND'],
    ['/files/src/one.js?version=0', 404, 'FILE_NOT_FOUND'],
    ['/files?version=3', 404, 'VERSION_NOT_FOUND'],
    ['/files/src/one.js?version=3', 404, 'VERSION_NOT_FOUND'],
    ['/files?version=-1', 400, 'INVALID_INPUT'],
    ['/files/src/one.js?version=x', 400, 'INVALID_INPUT'],
    ['/state?until=yesterday', 400, 'INVALID_INPUT'],
    ['/state?until=2026-13-01T00:00:00Z', 400, 'INVALID_INPUT'],
    ['/state?until=-1', 400, 'INVALID_INPUT'],
  ])('answers %s with %i %s [API-4]', async (path, status, code) => {
    const answer = await request<{ code: string }>('GET', `${task}${path}`);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  });

  it('can be seen as it was after every event, and at every moment [API-1] [EV-41]', async () => {
    const events = await eventsOf(server.url, 'one');
    for (const { streamSequence, codeVersion } of events) {
      const { body } = await request<State>('GET', `${task}/state?until=${streamSequence}`);
      expect(body).toMatchObject({ streamSequence, codeVersion });
    }
    const now = (await request<State>('GET', `${task}/state`)).body;
    expect(now).toMatchObject({ status: 'completed', streamSequence: events.length });
    const elsewhere = new Date(Date.now() + 3_600_000).toISOString().replace('Z', '+01:00');
    const then = (await request<State>('GET', `${task}/state?until=${encodeURIComponent(elsewhere)}`)).body;
    expect(then).toEqual(now);
    const before = (await request<State>('GET', `${task}/state?until=2020-01-01`)).body;
    expect(before).toMatchObject({ status: 'created', streamSequence: 0 });
  });

  it('has the plan, once there is one [API-1]', async () => {
    const { body } = await request<{ modules: { path: string }[] }>('GET', `${task}/plan`);
    expect(body.modules.map(({ path }) => path)).toEqual(['src/one.js']);
    await request('POST', `${server.url}/tasks`, { prompt: 'x', taskId: 'unplanned' });
    const early = await request<{ code: string }>('GET', `${server.url}/tasks/unplanned/plan`);
    expect({ status: early.status, code: early.body.code }).toEqual({ status: 404, code: 'PLAN_NOT_READY' });
  });
});
