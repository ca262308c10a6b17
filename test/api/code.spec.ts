import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unpackTar } from 'modern-tar';
import { connect } from '../../src/client/index.ts';
import { eventsOf, outcomeOf, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const test = `import { strictEqual } from 'node:assert';
import { it } from 'node:test';
import { one } from '../src/one.js';
it('is one', () => strictEqual(one, 1));
`;
const wrong = '// A number.\nexport const one = 2;\n';
const right = '// A number.\nexport const one = 1;\n';

describe('the code of a task', () => {
  let server: TestServer;
  let task: string;

  beforeAll(async () => {
    server = await runServer();
    task = `${server.url}/tasks/one`;
    await request('POST', `${server.url}/tasks`, {
      prompt: 'one',
      taskId: 'one',
      modules: [{ path: 'src/one.js', description: 'exports one' }],
      files: [{ path: 'test/one.test.js', content: test, role: 'test' }],
    });
    await answer(wrong);
    await answer(right);
    expect((await outcomeOf(server.url, 'one')).status).toBe('completed');
  });

  afterAll(() => server[Symbol.asyncDispose]());

  async function answer(code: string): Promise<void> {
    const { body } = await request<{ item: { id: string; leaseToken: string } }>(
      'POST',
      `${server.url}/work-items/claim`,
      { by: 'ada', waitMs: 10_000 },
    );
    const { id, leaseToken } = body.item;
    await request('POST', `${server.url}/work-items/${id}/answer`, {
      leaseToken,
      answer: { path: 'src/one.js', code },
    });
  }

  it('has versions, each with what made it and the files it changed [TK-11]', async () => {
    const { body } = await request<{ versions: Record<string, unknown>[] }>('GET', `${task}/versions`);
    const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');
    expect(body.versions).toMatchObject([
      { version: 0, sequence: 1, eventType: 'TASK_CREATED', origin: 'given', module: null, callId: null },
      { version: 1, eventType: 'CODE_GENERATED', origin: 'generated', module: 'src/one.js' },
      { version: 2, eventType: 'CORRECTION_COMPLETED', origin: 'corrected', module: 'src/one.js' },
    ]);
    expect(body.versions.map(({ files }) => files)).toMatchObject([
      [{ path: 'test/one.test.js', change: 'added', sha256: sha256(test), role: 'test' }],
      [{ path: 'src/one.js', change: 'added', sha256: sha256(wrong) }],
      [{ path: 'src/one.js', change: 'changed', sha256: sha256(right) }],
    ]);
    expect(body.versions[2]?.callId).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.versions[2]?.callId).not.toBe(body.versions[1]?.callId);
  });

  it('is compared between any two versions, as a patch or as JSON [TK-11]', async () => {
    const patch = await fetch(`${task}/diff?from=1&to=2`);
    expect(patch.headers.get('content-type')).toBe('text/x-diff; charset=utf-8');
    expect(patch.headers.get('content-security-policy')).toContain('sandbox');
    const text = await patch.text();
    expect(text).toMatch(/^diff --git a\/src\/one\.js b\/src\/one\.js\nindex [0-9a-f]{40}\.\.[0-9a-f]{40} 100644\n/);
    expect(text).toContain('@@ -1,2 +1,2 @@\n // A number.\n-export const one = 2;\n+export const one = 1;\n');

    const asJson = await fetch(`${task}/diff`, { headers: { accept: 'application/json' } });
    expect(await asJson.json()).toMatchObject({
      from: 0,
      to: 2,
      files: [{ path: 'src/one.js', change: 'added', linesAdded: 2, linesRemoved: 0 }],
    });
    const back = await request('GET', `${task}/diff?from=2&to=0&format=json`);
    expect(back.body).toMatchObject({ files: [{ path: 'src/one.js', change: 'removed', linesRemoved: 2 }] });
    const same = await fetch(`${task}/diff?from=2&format=patch`, { headers: { accept: 'application/json' } });
    expect({ status: same.status, text: await same.text() }).toEqual({ status: 200, text: '' });
  });

  it('is downloaded as an archive of any version, byte for byte the same [TK-11]', async () => {
    const response = await fetch(`${task}/archive?version=1`);
    expect(response.headers.get('content-type')).toBe('application/gzip');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="one-v1.tar.gz"');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    const bytes = Buffer.from(await response.arrayBuffer());
    const entries = await unpackTar(gunzipSync(bytes));
    expect(entries.map(({ header, data }) => [header.name, Buffer.from(data ?? []).toString()])).toEqual([
      ['one-v1/src/one.js', wrong],
      ['one-v1/test/one.test.js', test],
    ]);
    const client = connect({ url: server.url });
    expect(Buffer.compare(await client.archive('one', { version: 1 }), bytes)).toBe(0);
    expect(Buffer.compare(await client.archive('one'), bytes)).not.toBe(0);
  });

  it('is explained line by line: change, call, plan, tests and the way back to the prompt [TK-11]', async () => {
    const client = connect({ url: server.url });
    const { lines } = await client.explain('one', 'src/one.js');
    expect(lines.map(({ from, to, lines: text, change }) => [from, to, text, change.version])).toEqual([
      [1, 1, ['// A number.'], 1],
      [2, 2, ['export const one = 1;'], 2],
    ]);
    const second = await client.explain('one', 'src/one.js', { line: 2 });
    expect(second.lines).toEqual(lines.slice(1));
    expect(second.lines[0]?.change).toMatchObject({
      origin: 'corrected',
      module: 'src/one.js',
      call: { signature: 'CorrectModule', role: 'executor', model: null, by: 'ada' },
      plan: { source: 'caller', module: { path: 'src/one.js', description: 'exports one' }, call: null },
      testsBefore: { passed: [], failed: [{ name: 'is one' }] },
      testsAfter: { passed: ['is one'], failed: [] },
    });
    const causes = second.lines[0]?.change.causes ?? [];
    expect(causes[0]).toMatchObject({ sequence: 1, eventType: 'TASK_CREATED' });
    expect(causes.map(({ eventType }) => eventType)).toEqual(
      expect.arrayContaining(['CODE_GENERATED', 'TEST_FAILED', 'MODEL_CALL_REQUESTED', 'MODEL_CALL_COMPLETED']),
    );
    expect(causes.at(-1)).toMatchObject({ eventType: 'CORRECTION_COMPLETED' });
  });

  it('is explained in a fork as in its parent, through what was copied [OR-33]', async () => {
    const failed = (await eventsOf(server.url, 'one')).find(({ eventType }) => eventType === 'TEST_FAILED');
    await request('POST', `${task}/fork`, { taskId: 'other', afterSequence: failed?.streamSequence });
    await answer(right);
    expect((await outcomeOf(server.url, 'other')).status).toBe('completed');
    const client = connect({ url: server.url });
    const { lines } = await client.explain('other', 'src/one.js');
    expect(lines.map(({ from, change }) => [from, change.origin, change.call?.by])).toEqual([
      [1, 'generated', 'ada'],
      [2, 'corrected', 'ada'],
    ]);
    const types = lines[1]?.change.causes.map(({ eventType }) => eventType) ?? [];
    expect(types[0]).toBe('TASK_CREATED');
    expect(types).toContain('TASK_FORKED');
  });

  it.each([
    ['/diff?from=3', 404, 'VERSION_NOT_FOUND', '0 to 2'],
    ['/diff?to=x', 400, 'INVALID_INPUT', 'to'],
    ['/diff?format=html', 400, 'INVALID_INPUT', 'patch'],
    ['/archive?version=9', 404, 'VERSION_NOT_FOUND', '0 to 2'],
    ['/explain', 400, 'INVALID_INPUT', 'path'],
    ['/explain?path=src/two.js', 404, 'FILE_NOT_FOUND', 'test/one.test.js, src/one.js'],
    ['/explain?path=src/one.js&version=0', 404, 'FILE_NOT_FOUND', 'test/one.test.js'],
    ['/explain?path=src/one.js&line=3', 404, 'LINE_NOT_FOUND', '1 to 2'],
    ['/explain?path=src/one.js&line=0', 400, 'INVALID_INPUT', 'line'],
    ['/explain?path=src/one.js&version=3', 404, 'VERSION_NOT_FOUND', '0 to 2'],
  ])('says for %s what there is: %i %s [API-4]', async (path, status, code, says) => {
    const { status: answered, body } = await request('GET', `${task}${path}`);
    expect({ status: answered, code: body.code }).toEqual({ status, code });
    expect(JSON.stringify(body)).toContain(says);
  });
});
