import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connect } from '../../src/client/index.ts';
import { request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface Page {
  readonly tasks: readonly { readonly taskId: string; readonly status: string }[];
  readonly nextBefore: number | null;
}

describe('the search of tasks', () => {
  let server: TestServer;
  let url: string;

  beforeAll(async () => {
    server = await runServer();
    url = server.url;
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const create = async (body: object) =>
    expect((await request('POST', `${url}/tasks`, { modules: [{ path: 'a.js' }], ...body })).status).toBe(201);
  const found = async (query: string): Promise<readonly string[]> => {
    const { status, body } = await request<Page>('GET', `${url}/tasks?${query}`);
    expect({ query, status }).toEqual({ query, status: 200 });
    return body.tasks.map(({ taskId }) => taskId);
  };

  it('finds by metadata, all of it, written in both ways, whatever its keys are called [API-1] [API-2]', async () => {
    await create({ prompt: 'x', taskId: 'm1', metadata: { project: 'blog', 'team.name': 'a b&c', toString: 'yes' } });
    await create({ prompt: 'x', taskId: 'm2', metadata: { project: 'blog', 'team.name': 'Ärger 🧵' } });
    await create({ prompt: 'x', taskId: 'm3', metadata: { project: 'shop' } });
    expect(await found('metadata.project=blog')).toEqual(['m2', 'm1']);
    expect(await found('metadata[project]=blog')).toEqual(['m2', 'm1']);
    expect(await found('metadata.project=Blog')).toEqual([]);
    expect(await found(`metadata.project=blog&metadata.team.name=${encodeURIComponent('a b&c')}`)).toEqual(['m1']);
    expect(await found(`metadata%5Bteam.name%5D=${encodeURIComponent('Ärger 🧵')}`)).toEqual(['m2']);
    expect(await found('metadata.toString=yes')).toEqual(['m1']);
    expect(await found('metadata.project=blog&metadata.none=')).toEqual([]);
    const page = await connect({ url }).listTasks({ metadata: { project: 'blog', 'team.name': 'a b&c' } });
    expect(page.tasks.map(({ taskId }) => taskId)).toEqual(['m1']);
  });

  it('finds by words of the prompt, which are never taken for operators [API-1]', async () => {
    await create({ prompt: 'Write slugify(text): titles become URLs', taskId: 'w1' });
    await create({ prompt: 'Schreibe Prüfsummen für Titel OR nothing', taskId: 'w2' });
    expect(await found('text=slugify')).toEqual(['w1']);
    expect(await found('text=urls%20TITL')).toEqual(['w1']);
    expect(await found('text=titl%20slugify')).toEqual([]);
    expect(await found(`text=${encodeURIComponent('prüfs')}`)).toEqual(['w2']);
    expect(await found('text=OR')).toEqual(['w2']);
    for (const odd of ['"', '*', 'a" OR "b', 'NEAR(x y)', "'; DROP TABLE task_index", '(((', 'prompt:write'])
      expect(await found(`text=${encodeURIComponent(odd)}`)).toEqual(odd === 'prompt:write' ? [] : expect.any(Array));
  });

  it('finds by status as it is at that moment, language and time [API-1]', async () => {
    const start = new Date().toISOString();
    await create({ prompt: 'x', taskId: 's1', language: 'python', modules: [{ path: 'a.py' }] });
    await create({ prompt: 'x', taskId: 's2' });
    await request('POST', `${url}/tasks/s2/pause`, {});
    expect(await found(`language=python`)).toEqual(['s1']);
    expect(await found('status=paused')).toEqual(['s2']);
    await request('POST', `${url}/tasks/s2/resume`, {});
    expect(await found('status=paused')).toEqual([]);
    await request('DELETE', `${url}/tasks/s2`);
    expect(await found('status=cancelled')).toEqual(['s2']);
    const at = encodeURIComponent(start);
    expect(await found(`createdAfter=${at}`)).toEqual(['s2', 's1']);
    expect(await found(`createdAfter=${at}&status=cancelled&language=javascript`)).toEqual(['s2']);
    expect(await found(`createdBefore=2020-01-01`)).toEqual([]);
    const everything = await found('limit=200');
    const byStatus = await Promise.all(
      ['created', 'queued', 'planning', 'awaitingModel', 'running', 'cancelled'].map((status) =>
        found(`limit=200&status=${status}`),
      ),
    );
    expect(byStatus.flat().toSorted()).toEqual(everything.toSorted());
  });

  it.each([
    'metadata=x',
    'metadata.__proto__=x',
    'metadata.constructor=x',
    'metadata[a]=1&metadata[a]=2',
    `metadata.a=${'x'.repeat(1025)}`,
    'metadata.=x',
    'metdata.a=x',
    'language=',
    'text=%20',
    'text=a&text=b',
    'createdAfter=yesterday',
    'createdAfter=2026-13-01',
    'createdBefore=2026-01-01T00:00:00',
  ])('refuses %.60s [API-2]', async (query) => {
    const { status, body } = await request<{ errors: unknown[] }>('GET', `${url}/tasks?${query}`);
    expect({ status, errors: body.errors.length > 0 }).toEqual({ status: 400, errors: true });
  });

  it('pages through the same tasks, each once, while others are added [API-1]', async () => {
    for (let index = 0; index < 7; index++)
      await create({ prompt: 'page', taskId: `p${index}`, metadata: { page: 'y' } });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), async (limit) => {
        const before = await found('metadata.page=y&limit=200');
        const seen: string[] = [];
        for (let next: number | null = Number.MAX_SAFE_INTEGER; next !== null;) {
          const query: string = `metadata.page=y&limit=${limit}&before=${next}`;
          const { body } = await request<Page>('GET', `${url}/tasks?${query}`);
          seen.push(...body.tasks.map(({ taskId }) => taskId));
          next = body.nextBefore;
          await create({ prompt: 'page', metadata: { page: 'y' } });
        }
        expect(seen).toEqual(before);
      }),
      { numRuns: 5 },
    );
  });
});
