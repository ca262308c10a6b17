import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventsOf, eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const plan = {
  title: 'Slugs',
  language: 'javascript',
  overview: { objective: 'Make titles usable in URLs', complexity: { level: 'low', reason: '' } },
  agents: [
    {
      name: 'Text',
      tasks: [
        { name: 'Words', files: ['src/words.js'], acceptanceCriteria: ['Has no blanks'] },
        { name: 'Slugs', files: ['src/slugify.js'], dependencies: ['Words'], description: 'Exports slugify(text)' },
      ],
    },
  ],
};

interface PlanAnswer {
  readonly modules: readonly { readonly path: string; readonly dependsOn: readonly string[] }[];
  readonly document: { readonly agents: readonly { readonly tasks: readonly object[] }[] };
  readonly planHash: string;
}

interface ProblemAnswer {
  readonly code: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

describe('the plan of a task', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await runServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const create = (taskId: string, body: object) =>
    request<ProblemAnswer>('POST', `${server.url}/tasks`, { taskId, prompt: 'Slugs', ...body });
  const planned = async (taskId: string): Promise<PlanAnswer> => {
    const url = `${server.url}/tasks/${taskId}/plan`;
    return (
      await eventually(
        () => request<PlanAnswer>('GET', url),
        ({ status }) => status === 200,
      )
    ).body;
  };
  const markdownOf = async (taskId: string, query = '?format=markdown', headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/tasks/${taskId}/plan${query}`, { headers });
    return { type: response.headers.get('content-type'), text: await response.text() };
  };

  it('is given by the caller, and nobody is asked for one [EP-4]', async () => {
    expect((await create('given', { plan, requireApproval: true })).status).toBe(201);
    const { modules, document } = await planned('given');
    expect(modules.map(({ path, dependsOn }) => [path, dependsOn])).toEqual([
      ['src/words.js', []],
      ['src/slugify.js', ['src/words.js']],
    ]);
    expect(document).toMatchObject(plan);
    const events = await eventsOf(server.url, 'given');
    expect(events.map(({ eventType }) => eventType)).not.toContain('MODEL_CALL_REQUESTED');
  });

  it('is read as Markdown, and the same plan when that is given [EP-4]', async () => {
    const byQuery = await markdownOf('given');
    expect(byQuery.type).toBe('text/markdown; charset=utf-8');
    expect(byQuery.text).toMatch(/^## Implementation Plan: Slugs\n/);
    expect(await markdownOf('given', '', { accept: 'text/markdown' })).toEqual(byQuery);
    expect((await markdownOf('given', '?format=json', { accept: 'text/markdown' })).type).toMatch(/json/);
    expect((await request('GET', `${server.url}/tasks/given/plan?format=html`)).status).toBe(400);
    expect((await create('again', { plan: byQuery.text, requireApproval: true })).status).toBe(201);
    expect(await planned('again')).toEqual(await planned('given'));
  });

  it('is edited by its document before it is approved, and only by one that can be carried out [EP-3, EP-4]', async () => {
    const url = `${server.url}/tasks/again/plan`;
    const { planHash } = await planned('again');
    const edited = (await markdownOf('again')).text.replaceAll('src/slugify.js', 'src/slug.js');
    const circular = edited.replace('**Dependencies**: None', '**Dependencies**: Task 2');
    const refused = await request<ProblemAnswer>('PUT', url, { document: circular, planHash });
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual([
      { path: 'document.agents', message: expect.stringContaining('in a circle: "Words" → "Slugs" → "Words"') },
    ]);
    expect((await request<ProblemAnswer>('PUT', url, { planHash })).body.errors).toMatchObject([{ path: 'plan' }]);
    expect((await request('PUT', url, { document: edited, planHash })).status).toBe(200);
    const after = await planned('again');
    expect(after.modules.map(({ path }) => path)).toEqual(['src/words.js', 'src/slug.js']);
    expect((await request('PUT', url, { document: edited, planHash })).status).toBe(409);
    const types = (await eventsOf(server.url, 'again')).map(({ eventType }) => eventType);
    expect(types.filter((type) => type === 'PLAN_EDITED')).toHaveLength(1);
  });

  it('keeps its document when it is sent back by its modules as they are [EP-4]', async () => {
    const { planHash, document, modules } = await planned('again');
    const { objective, language } = (await request('GET', `${server.url}/tasks/again/plan`)).body;
    const same = { plan: { objective, language, modules }, planHash };
    expect((await request('PUT', `${server.url}/tasks/again/plan`, same)).status).toBe(200);
    expect(await planned('again')).toMatchObject({ planHash, document });
  });

  it('is not adopted again when its caller rejects it: a planner is asked [EP-4]', async () => {
    const { planHash } = await planned('given');
    const url = `${server.url}/tasks/given/plan/decision`;
    expect((await request('POST', url, { decision: 'reject', planHash, reason: 'too much' })).status).toBe(200);
    await eventually(
      () => eventsOf(server.url, 'given'),
      (events) => events.some(({ eventType }) => eventType === 'MODEL_CALL_REQUESTED'),
    );
  });

  it('has a document also where it was short [EP-4]', async () => {
    await create('short', { modules: [{ path: 'a.js' }, { path: 'b.js', dependsOn: ['a.js'] }] });
    expect((await planned('short')).document.agents.map(({ tasks }) => tasks)).toMatchObject([
      [{ name: 'a.js', files: ['a.js'] }],
      [{ name: 'b.js', dependencies: ['a.js'] }],
    ]);
    expect((await markdownOf('short')).text).toContain('- **Dependencies**: `a.js`');
  });

  it.each<[string, object, readonly string[]]>([
    ['together with modules', { plan, modules: [{ path: 'a.js' }] }, ['plan', 'modules']],
    ['as a number', { plan: 7 }, ['plan']],
    ['as a list', { plan: [] }, ['plan']],
    ['without its parts', { plan: {} }, ['plan.language', 'plan.overview', 'plan.agents']],
    ['as Markdown without a heading', { plan: 'Write slugs' }, ['plan']],
    [
      'with a given test as a file',
      { plan, files: [{ path: 'src/words.js', content: '', role: 'test' }] },
      ['plan.agents[0].tasks[0].files[0]'],
    ],
  ])('is refused %s, and no task is made [EP-3, API-2]', async (_how, body, paths) => {
    const { status, body: problem } = await create('refused', body);
    expect(status).toBe(400);
    expect(problem.code).toBe('INVALID_INPUT');
    expect(problem.errors.map(({ path }) => path)).toEqual(paths);
    expect((await request('GET', `${server.url}/tasks/refused`)).status).toBe(404);
  });
});
