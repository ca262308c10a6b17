import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventsOf, eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface Task {
  taskId: string;
  status: string;
  sequence: number;
  websocketUrl: string;
  links: Record<string, string>;
  [field: string]: unknown;
}

interface Problem {
  status: number;
  code: string;
  detail: string;
  errors: { path: string; message: string }[];
}

describe('tasks over REST', () => {
  let server: TestServer;
  let url: string;

  beforeAll(async () => {
    server = await runServer({ PROMPT_MAX_CHARS: '1000' });
    url = server.url;
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const create = (body: unknown) => request<Task & Problem>('POST', `${url}/tasks`, body);
  const at = (taskId: string, rest = '') => `${url}/tasks/${encodeURIComponent(taskId)}${rest}`;

  it('creates a task that is in the log when it answers, within 100 ms [API-1] [API-5] [TK-1]', async () => {
    const median = async () => {
      const times: number[] = [];
      for (let round = 0; round < 5; round++) {
        const startedAt = performance.now();
        await create({ prompt: 'warm up' });
        times.push(performance.now() - startedAt);
      }
      return times.sort((a, b) => a - b)[2] ?? Infinity;
    };
    // Other tests may take the machine away for a while, but not each time.
    const medians = [await median()];
    while (Math.min(...medians) >= 100 && medians.length < 5) medians.push(await median());
    expect(Math.min(...medians)).toBeLessThan(100);
    const { status, headers, body } = await create({ prompt: 'Write slugify(text)', metadata: { project: 'blog' } });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(body.links.self);
    expect(body).toMatchObject({ prompt: 'Write slugify(text)', metadata: { project: 'blog' }, codeVersion: 0 });
    const [first] = await eventsOf(url, body.taskId);
    expect(first).toMatchObject({ eventType: 'TASK_CREATED', streamSequence: 1 });
  });

  it('keeps null where nothing is known [API-3]', async () => {
    const { body } = await create({ prompt: 'x' });
    const shown = await request<Task>('GET', at(body.taskId));
    expect(shown.status).toBe(200);
    for (const field of ['currentModule', 'error', 'summary', 'finishedAt']) expect(shown.body[field]).toBeNull();
    expect(Object.keys(shown.body)).toEqual(
      expect.arrayContaining(['taskId', 'status', 'iteration', 'progress', 'codeVersion', 'sequence', 'modules']),
    );
  });

  it('passes Unicode unchanged [API-2]', async () => {
    const prompt = 'Überprüfe 🧵 → “…” \u0000 日本語 e\u0301';
    const answers = ['👍🏽', 'naïve'];
    const { body } = await create({ prompt, answers });
    expect(body.prompt).toBe(prompt);
    const [created] = await eventsOf(url, body.taskId);
    expect(created?.data).toMatchObject({ prompt, answers });
  });

  it('takes 1,000 answers, and priorities by name in any case or by number [API-2]', async () => {
    const answers = Array.from({ length: 1000 }, (_, index) => `answer ${index}`);
    expect((await create({ prompt: 'x', answers })).status).toBe(201);
    for (const [priority, number] of [
      ['critical', 0],
      ['High', 10],
      ['BACKGROUND', 40],
      [7, 7],
      [100, 100],
    ] as const) {
      const { body } = await create({ prompt: 'x', priority });
      expect((await eventsOf(url, body.taskId))[0]?.data.priority).toBe(number);
    }
  });

  it.each([
    ['no prompt', {}, 'prompt'],
    ['an empty prompt', { prompt: '' }, 'prompt'],
    ['a blank prompt', { prompt: ' \n\t\u00a0' }, 'prompt'],
    ['a prompt that is no text', { prompt: ['x'] }, 'prompt'],
    ['a null prompt', { prompt: null }, 'prompt'],
    ['answers that are no list', { prompt: 'x', answers: 'yes' }, 'answers'],
    ['an answer that is no text', { prompt: 'x', answers: ['a', 1] }, 'answers'],
    ['an unknown priority', { prompt: 'x', priority: 'INVALID' }, 'priority'],
    ['a priority out of range', { prompt: 'x', priority: 101 }, 'priority'],
    ['half a priority', { prompt: 'x', priority: 1.5 }, 'priority'],
    ['a priority of the prototype', { prompt: 'x', priority: 'toString' }, 'priority'],
    ['an unknown field', { prompt: 'x', promt: 'y' }, 'promt'],
    ['an approval that is no flag', { prompt: 'x', requireApproval: 'yes' }, 'requireApproval'],
    ['two plans', { prompt: 'x', plan: {}, modules: [{ path: 'a.js' }] }, 'plan'],
    ['an unknown language', { prompt: 'x', language: 'cobol' }, 'language'],
    ['an id that no URL can name', { prompt: 'x', taskId: '..' }, 'taskId'],
    ['a blank id', { prompt: 'x', taskId: ' ' }, 'taskId'],
    ['an id that is too long', { prompt: 'x', taskId: 'ä'.repeat(129) }, 'taskId'],
    ['an id with a line break', { prompt: 'x', taskId: 'a\nb' }, 'taskId'],
    ['a file without content', { prompt: 'x', files: [{ path: 'a.js' }] }, 'files[0].content'],
    ['a file of an unknown role', { prompt: 'x', files: [{ path: 'a.js', content: '', role: 'x' }] }, 'files[0].role'],
    ['a file outside the workspace', { prompt: 'x', files: [{ path: '../a.js', content: '' }] }, 'files[0].path'],
    ['an unknown field of a file', { prompt: 'x', files: [{ path: 'a', content: '', mode: 7 }] }, 'files[0].mode'],
    ['a module without a path', { prompt: 'x', modules: [{ description: 'a' }] }, 'modules[0].path'],
    ['no modules', { prompt: 'x', modules: [] }, 'modules'],
    ['a limit below one', { prompt: 'x', limits: { maxIterations: 0 } }, 'limits.maxIterations'],
    ['an unknown limit', { prompt: 'x', limits: { maxFun: 1 } }, 'limits.maxFun'],
    ['models that are no object', { prompt: 'x', models: ['a'] }, 'models'],
    ['metadata that is no text', { prompt: 'x', metadata: { a: 1 } }, 'metadata'],
  ])('refuses %s and says where it stands [API-2] [API-4]', async (_what, body, path) => {
    const before = await request<{ tasks: Task[] }>('GET', `${url}/tasks?limit=1`);
    const { status, body: problem } = await create(body);
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'INVALID_INPUT' });
    expect(problem.errors.map((error) => error.path)).toContain(path);
    const after = await request<{ tasks: Task[] }>('GET', `${url}/tasks?limit=1`);
    expect(after.body.tasks[0]?.taskId).toBe(before.body.tasks[0]?.taskId);
  });

  it('refuses a prompt of more than PROMPT_MAX_CHARS characters with both numbers, not one of just as many [API-2]', async () => {
    expect((await create({ prompt: '🧵'.repeat(1000) })).status).toBe(201);
    const { status, body } = await create({ prompt: '🧵'.repeat(1001) });
    expect(status).toBe(413);
    expect(body.detail).toMatch(/1001.*1000/);
  });

  it.each(['a b/c?d#e', 'päth/🧵', '%2F', 'a%', '...', 'con', '<script>', 'quote\'"', '+&='])(
    'treats the id %j as data, and gives URLs that work as they are [API-3]',
    async (taskId) => {
      const { status, body } = await create({ prompt: 'x', taskId });
      expect(status).toBe(201);
      expect(body.taskId).toBe(taskId);
      expect((await request<Task>('GET', body.links.self ?? '')).body.taskId).toBe(taskId);
      expect((await request('GET', body.links.events ?? '')).status).toBe(200);
      const socket = new URL(body.websocketUrl);
      expect(socket.protocol).toBe('ws:');
      expect(socket.host).toBe(new URL(url).host);
      expect(body.websocketUrl).toContain(encodeURIComponent(taskId));
      expect(socket.searchParams.get('taskId')).toBe(taskId);
    },
  );

  it('answers 404 for an unknown id at every route [TK-12]', async () => {
    const routes = ['', '/events', '/state', '/plan', '/files', '/files/a.js'];
    const answers = [
      ...(await Promise.all(routes.map((rest) => request<Problem>('GET', at('nobody', rest))))),
      await request<Problem>('DELETE', at('nobody')),
      await request<Problem>('POST', at('nobody', '/interventions'), { guidance: 'x' }),
    ];
    for (const { status, body } of answers) {
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'TASK_NOT_FOUND' });
    }
  });

  it('refuses an id that exists, also in another normal form, and leaves the first as it is [TK-12]', async () => {
    await create({ prompt: 'first', taskId: 'caf\u00e9' });
    const { status, body } = await create({ prompt: 'second', taskId: 'cafe\u0301' });
    expect(status).toBe(409);
    expect(body.code).toBe('ORCHESTRATOR_DUPLICATE_TASK');
    expect((await request<Task>('GET', at('caf\u00e9'))).body.prompt).toBe('first');
  });

  it('cancels once, however often it is asked [TK-12]', async () => {
    const { body } = await create({ prompt: 'x' });
    const first = await request<Task>('DELETE', at(body.taskId, '?reason=enough'));
    expect(first.status).toBe(200);
    expect(first.body.status).toBe('cancelled');
    const events = await eventsOf(url, body.taskId);
    expect(events.at(-1)).toMatchObject({ eventType: 'TASK_CANCELLED', data: { reason: 'enough' } });
    const second = await request<Task>('DELETE', at(body.taskId));
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(await eventsOf(url, body.taskId)).toEqual(events);
  });

  it('says that a failed task is over and changes nothing [TK-12]', async () => {
    const { body } = await create({
      prompt: 'x',
      modules: [{ path: 'src/a.js' }],
      files: [{ path: 'test/a.test.js', content: "import '../src/a.js'; throw new Error('never');", role: 'test' }],
    });
    const code = { path: 'src/a.js', code: 'export const a = 1;' };
    await eventually(
      async () => {
        const claim = await request<{ item: { id: string; leaseToken: string; taskId: string } }>(
          'POST',
          `${url}/work-items/claim`,
          { by: 'test', kinds: ['GenerateModule', 'CorrectModule', 'WriteTests'] },
        );
        if (claim.status === 200) {
          const { id, leaseToken } = claim.body.item;
          code.code += ' ';
          await request('POST', `${url}/work-items/${id}/answer`, { leaseToken, answer: code });
        }
        return request<Task>('GET', at(body.taskId));
      },
      (answer) => answer.body.status === 'failed',
    );
    const events = await eventsOf(url, body.taskId);
    const refused = await request<Problem>('DELETE', at(body.taskId));
    expect({ status: refused.status, code: refused.body.code }).toEqual({ status: 409, code: 'TASK_FINISHED' });
    expect(refused.body.detail).toContain('failed');
    const late = await request<Problem>('POST', at(body.taskId, '/interventions'), { guidance: 'x' });
    expect({ status: late.status, code: late.body.code }).toEqual({ status: 409, code: 'TASK_FINISHED' });
    expect(await eventsOf(url, body.taskId)).toEqual(events);
  });

  it('records guidance in the stream [API-1]', async () => {
    const { body } = await create({ prompt: 'x' });
    const told = await request<Task>('POST', at(body.taskId, '/interventions'), { guidance: 'Keep digits', by: 'ada' });
    expect(told.status).toBe(201);
    const events = await eventsOf(url, body.taskId);
    expect(events.filter(({ eventType }) => eventType === 'USER_INTERVENTION').map(({ data }) => data)).toEqual([
      { guidance: 'Keep digits', by: 'ada', priority: 'CRITICAL' },
    ]);
    for (const wrong of [{}, { guidance: ' ' }, { guidance: 1 }, { guidance: 'x', priority: 1 }]) {
      expect((await request('POST', at(body.taskId, '/interventions'), wrong)).status).toBe(400);
    }
  });

  it('answers a repeated POST with the first task, and refuses its key for another one [TK-12]', async () => {
    const send = (key: string, body: unknown) =>
      fetch(`${url}/tasks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      });
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('key-1', { prompt: 'once' })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    const ids = new Set(
      (await Promise.all(answers.map((answer) => answer.json() as Promise<Task>))).map((t) => t.taskId),
    );
    expect(ids.size).toBe(1);
    const other = await send('key-1', { prompt: 'another' });
    expect(other.status).toBe(422);
    expect(((await other.json()) as Problem).code).toBe('IDEMPOTENCY_KEY_REUSED');
    for (const key of ['', 'a b', 'x'.repeat(256)]) expect((await send(key, { prompt: 'x' })).status).toBe(400);
  });

  it('lists tasks newest first, page by page, each once, and by status [API-1]', async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index++) made.unshift((await create({ prompt: `p${index}` })).body.taskId);
    await request('DELETE', at(made[0] ?? ''));
    const seen: string[] = [];
    let before = '';
    do {
      const page = await request<{ tasks: Task[]; nextBefore: number | null }>('GET', `${url}/tasks?limit=2${before}`);
      seen.push(...page.body.tasks.map(({ taskId }) => taskId));
      before = page.body.nextBefore === null ? '' : `&before=${page.body.nextBefore}`;
    } while (before);
    expect(seen.slice(0, 5)).toEqual(made);
    expect(new Set(seen).size).toBe(seen.length);
    const cancelled = await request<{ tasks: Task[] }>('GET', `${url}/tasks?status=cancelled`);
    expect(cancelled.body.tasks.every(({ status }) => status === 'cancelled')).toBe(true);
    expect(cancelled.body.tasks[0]?.taskId).toBe(made[0]);
  });

  it.each(['limit=0', 'limit=201', 'limit=', 'limit=1e2', 'limit=1&limit=2', 'status=nope', 'before=-1', 'more=1'])(
    'refuses the query %s [API-2]',
    async (query) => {
      expect((await request('GET', `${url}/tasks?${query}`)).status).toBe(400);
    },
  );
});

describe('a full queue', () => {
  it('is waited for, then refused with Retry-After, and nothing was created [API-5]', async () => {
    // A model server that never answers: one task holds the only slot, one fills the queue.
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      await using server = await runServer({
        LLM_PROVIDER: 'ollama',
        OLLAMA_BASE_URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
        MAX_CONCURRENT: '1',
        MAX_QUEUE: '1',
        // Long enough for whoever waits at the end, on a machine that has other things to do.
        SUBMIT_WAIT_MS: '3000',
        SHUTDOWN_GRACE_MS: '0',
      });
      const create = (taskId: string) => request<Problem>('POST', `${server.url}/tasks`, { prompt: 'x', taskId });
      const why = async (taskId: string) => (await request('GET', `${server.url}/tasks/${taskId}/why`)).body;
      await create('holds-the-slot');
      await eventually(
        () => eventsOf(server.url, 'holds-the-slot'),
        (events) => events.some(({ eventType }) => eventType === 'TASK_STARTED'),
      );
      expect((await create('fills-the-queue')).status).toBe(201);
      expect(await why('holds-the-slot')).toMatchObject({
        status: 'planning',
        waitsFor: 'nothing',
        detail: 'It runs.',
      });
      expect(await why('fills-the-queue')).toMatchObject({ waitsFor: 'slot', tasks: ['holds-the-slot'], until: null });
      const startedAt = performance.now();
      const refused = await create('too-many');
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(2990);
      expect({ status: refused.status, code: refused.body.code }).toEqual({
        status: 503,
        code: 'ORCHESTRATOR_QUEUE_FULL',
      });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect((await request('GET', `${server.url}/tasks/too-many`)).status).toBe(404);
      const waiting = create('waits-for-room');
      await request('DELETE', `${server.url}/tasks/fills-the-queue`);
      expect((await waiting).status).toBe(201);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});
