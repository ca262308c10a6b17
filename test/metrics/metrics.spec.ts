import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { catalogue } from '../../src/metrics/index.ts';
import { answerTo, codingSamples, taskOf } from '../support/coding-samples.ts';
import { type MetricFamily, readExposition, seriesIn, valueIn } from '../support/exposition.ts';
import { FakeOllama } from '../support/fake-ollama.ts';
import { bareSocket, LiveServer } from '../support/live-server.ts';
import { modern, postMcp } from '../support/mcp-http.ts';
import { eventsOf, eventually, outcomeOf, request } from '../support/rest.ts';

type Scrape = ReadonlyMap<string, MetricFamily>;

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';

let ollama: FakeOllama;
let server: LiveServer;
let gate: PromiseWithResolvers<void> | null = null;

beforeAll(async () => {
  ollama = await FakeOllama.start({
    respond: ({ messages }) => ({
      text: answerTo(messages.at(-1)?.content ?? ''),
      beforeFirstToken: () => gate?.promise ?? Promise.resolve(),
    }),
  });
  server = await LiveServer.start({
    LLM_PROVIDER: 'ollama',
    OLLAMA_BASE_URL: ollama.url,
    MAX_CONCURRENT: '1',
    JOB_BACKOFF_MS: '5',
  });
});

afterAll(async () => {
  gate?.resolve();
  await server[Symbol.asyncDispose]();
  await ollama.stop();
});

async function scrape(accept?: string): Promise<Scrape> {
  const answer = await fetch(`${server.url}/metrics`, accept === undefined ? {} : { headers: { accept } });
  expect(answer.status).toBe(200);
  return readExposition(await answer.text(), accept === OPENMETRICS ? 'openmetrics' : 'text');
}

/** Once the counters know of everything that is in the log. */
const settled = (isWanted: (seen: Scrape) => boolean = () => true) =>
  eventually(
    () => scrape(),
    (seen) => valueIn(seen, 'log_uncounted_events') === 0 && isWanted(seen),
    20_000,
  );

const job = (jobId: string, expression: string) =>
  request('POST', `${server.url}/jobs`, {
    jobId,
    maxRetries: 0,
    tasks: [{ id: 'sum', action: 'rpn', params: { expression } }],
  });

const overOf = (jobId: string) =>
  eventually(
    () => request('GET', `${server.url}/jobs/${jobId}`),
    ({ body }) => ['done', 'failed'].includes(String(body.status)),
  );

describe('GET /metrics of a server that works (PL-6, API-1)', () => {
  it('has every metric with help and type in both formats, and counters that begin at 0 [PL-6]', async () => {
    const answer = await fetch(`${server.url}/metrics`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const open = await fetch(`${server.url}/metrics`, { headers: { accept: OPENMETRICS } });
    expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const text = readExposition(await answer.text(), 'text');
    const openMetrics = readExposition(await open.text(), 'openmetrics');
    for (const [name, { type, help }] of Object.entries(catalogue)) {
      expect(text.get(name)).toMatchObject({ type, help: `${help}.` });
      expect(openMetrics.get(type === 'counter' ? name.replace(/_total$/, '') : name)).toMatchObject({ type });
    }
    for (const name of [
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_heap_size_used_bytes',
      'nodejs_gc_duration_seconds',
    ]) {
      expect(text.has(name)).toBe(true);
    }
    expect(valueIn(text, 'tasks_created_total')).toBe(0);
    expect(valueIn(text, 'slots', { state: 'free' })).toBe(1);
    expect(valueIn(text, 'workers', { place: 'local', state: 'running' })).toBe(1);
    expect(valueIn(text, 'database_size_bytes', { file: 'database' })).toBeGreaterThan(0);
  });

  it('tells of a task exactly what its events say [PL-6]', async () => {
    const { body } = await request('POST', `${server.url}/tasks`, taskOf(codingSamples[0]!));
    const taskId = String(body.taskId);
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed' });
    const events = await eventsOf(server.url, taskId);
    const seen = await settled((now) => valueIn(now, 'tasks_total', { outcome: 'completed' }) === 1);
    const of = (type: string) => events.filter(({ eventType }) => eventType === type);
    const model = String(of('MODEL_CALL_COMPLETED')[0]?.data.model);
    expect(model).toBe('mistral:7b');
    expect(valueIn(seen, 'tasks_created_total')).toBe(1);
    expect(valueIn(seen, 'task_duration_seconds_count', { outcome: 'completed' })).toBe(1);
    expect(valueIn(seen, 'queue_wait_seconds_count', { workflow: 'coding' })).toBe(1);
    expect(valueIn(seen, 'llm_call_duration_seconds_count', { model })).toBe(2);
    const tokens = of('MODEL_CALL_COMPLETED').map(({ data }) => (data.usage as { outputTokens: number }).outputTokens);
    expect(valueIn(seen, 'llm_tokens_total', { model, direction: 'output' })).toBe((tokens[0] ?? 0) + (tokens[1] ?? 0));
    expect(valueIn(seen, 'test_runs_total', { outcome: 'failed' })).toBe(of('TEST_FAILED').length);
    expect(valueIn(seen, 'test_runs_total', { outcome: 'passed' })).toBe(of('TEST_PASSED').length);
    expect(valueIn(seen, 'task_corrections_total')).toBe(1);
    const groups = seen.get('events_appended_total')?.samples.reduce((sum, { value }) => sum + value, 0);
    expect(groups).toBe(events.length);
    expect(valueIn(seen, 'log_events')).toBe(events.length);
    expect(valueIn(seen, 'workflow_runs', { workflow: 'coding', state: 'running' })).toBe(0);
  });

  it('shows the queue by workflow and priority, its slots, and what is cancelled [PL-6]', async () => {
    gate = Promise.withResolvers();
    const post = (taskId: string, priority: number) =>
      request('POST', `${server.url}/tasks`, { ...taskOf(codingSamples[0]!), taskId, priority });
    await post('held', 20);
    await eventually(
      () => scrape(),
      (now) => valueIn(now, 'slots', { state: 'busy' }) === 1,
    );
    for (const [taskId, priority] of [
      ['a', 30],
      ['b', 30],
      ['c', 33],
      ['d', 20],
    ] as const)
      await post(taskId, priority);
    const seen = await scrape();
    const queued = (workflow: string, priority: string) => valueIn(seen, 'job_queue_length', { workflow, priority });
    expect([queued('coding', 'low'), queued('coding', 'medium'), queued('coding', 'critical')]).toEqual([3, 1, 0]);
    expect(valueIn(seen, 'workflow_runs', { workflow: 'coding', state: 'queued' })).toBe(4);
    expect(valueIn(seen, 'workflow_runs', { workflow: 'coding', state: 'running' })).toBe(1);
    expect(valueIn(seen, 'slots', { state: 'free' })).toBe(0);
    expect(valueIn(seen, 'job_queue_limit')).toBe(100);
    for (const taskId of ['a', 'b', 'c', 'd', 'held']) await request('DELETE', `${server.url}/tasks/${taskId}`);
    gate.resolve();
    gate = null;
    const after = await settled((now) => valueIn(now, 'slots', { state: 'busy' }) === 0);
    expect(valueIn(after, 'tasks_total', { outcome: 'cancelled' })).toBe(5);
    expect(valueIn(after, 'job_queue_length', { workflow: 'coding', priority: 'low' })).toBe(0);
  });

  it('counts jobs and their steps, and shows the dead letter until somebody drops it [PL-6, JB-6]', async () => {
    await job('good', '1 2 +');
    await overOf('good');
    await job('bad', '1 0 /');
    expect((await overOf('bad')).body.status).toBe('failed');
    const seen = await settled((now) => valueIn(now, 'dead_letters') === 1);
    expect(valueIn(seen, 'jobs_total', { outcome: 'done' })).toBe(1);
    expect(valueIn(seen, 'jobs_total', { outcome: 'failed' })).toBe(1);
    expect(valueIn(seen, 'job_steps_total', { outcome: 'done' })).toBe(1);
    expect(valueIn(seen, 'job_steps_total', { outcome: 'failed' })).toBe(1);
    expect(valueIn(seen, 'job_duration_seconds_count', { outcome: 'failed' })).toBe(1);
    await request('POST', `${server.url}/dead-letters/bad/drop`, { by: 'ada', reason: 'known' });
    await settled((now) => valueIn(now, 'dead_letters') === 0);
    await job('worse', '2 0 /');
    await overOf('worse');
    await settled((now) => valueIn(now, 'dead_letters') === 1);
  });

  it('shows steps that people are to approve, and that no agent can do [PL-6, JB-8]', async () => {
    const asked = { id: 'pay', action: 'rpn', approvals: 1, params: { expression: '1 1 +' } };
    const alone = { id: 'odd', action: 'whistle', params: {} };
    await request('POST', `${server.url}/agents`, { agentId: 'far', host: 'h', os: 'o', capabilities: ['whistle'] });
    for (const task of [asked, alone]) await request('POST', `${server.url}/jobs`, { jobId: task.id, tasks: [task] });
    const pending = (now: Scrape, state: string) => valueIn(now, 'job_steps_pending', { state });
    const waiting = (now: Scrape) => valueIn(now, 'workflow_runs', { workflow: 'job', state: 'waiting' });
    // A job puts itself to rest after what it asks for.
    const seen = await settled(
      (now) => pending(now, 'approval') === 1 && pending(now, 'wanted') === 1 && waiting(now) === 2,
    );
    expect(pending(seen, 'assigned')).toBe(0);
    expect(valueIn(seen, 'approvals_requested_total')).toBe(1);
    for (const { id } of [asked, alone]) await request('DELETE', `${server.url}/jobs/${id}`);
    await settled((now) => pending(now, 'approval') === 0 && pending(now, 'wanted') === 0);
  });

  it('shows clients of sockets, sessions of MCP, agents and workers that are there [PL-6]', async () => {
    {
      using one = await bareSocket(server.url);
      using two = await bareSocket(server.url);
      const seen = await scrape();
      expect([one.connected, two.connected]).toEqual([true, true]);
      expect(valueIn(seen, 'ws_clients')).toBe(2);
      expect(valueIn(seen, 'ws_connections')).toBe(2);
    }
    const seen = await eventually(
      () => scrape(),
      (now) => valueIn(now, 'ws_clients') === 0 && valueIn(now, 'ws_connections') === 0,
    );
    expect(valueIn(seen, 'mcp_sessions')).toBe(0);
    await eventually(
      () => scrape(),
      (now) => valueIn(now, 'agents', { state: 'live' }) === 1,
    );
  });

  it('measures requests by the pattern of their route, however their paths are written [PL-6]', async () => {
    const before = seriesIn(await scrape());
    for (let number = 0; number < 30; number++) {
      await request('GET', `${server.url}/tasks/nobody-${number}`);
      await fetch(`${server.url}/no/such/route-${number}`);
    }
    await fetch(`${server.url}/no`, { method: 'PROPFIND' }).catch(() => undefined);
    const call = modern('tools/list');
    await postMcp(server.url, call.body, call.headers);
    const seen = await scrape();
    const of = (method: string, route: string, status: string) =>
      valueIn(seen, 'http_request_duration_seconds_count', { method, route, status });
    expect(of('GET', '/tasks/:id', '4xx')).toBe(30);
    expect(of('GET', 'none', '4xx')).toBe(30);
    expect(of('POST', '/mcp', '2xx')).toBe(1);
    expect(of('GET', '/metrics', '2xx')).toBeGreaterThan(5);
    const text = seriesIn(seen).join('\n');
    expect(text).not.toMatch(/nobody|such/);
    expect(seriesIn(seen).length - before.length).toBeLessThan(5 * 12);
  });

  it('gets no series of ids, submitters, metadata or models that callers make up [PL-6]', async () => {
    await settled();
    const before = seriesIn(await scrape());
    for (let number = 0; number < 12; number++) {
      const name = `evil"\\${number}`;
      const body = {
        ...taskOf(codingSamples[0]!),
        taskId: name,
        models: { executor: `evil-${number}` },
        metadata: { [`evil${number}`]: name },
      };
      await fetch(`${server.url}/tasks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-submitter': `evil-${number}` },
        body: JSON.stringify(body),
      });
      await request('DELETE', `${server.url}/tasks/${encodeURIComponent(name)}`);
    }
    const seen = await settled();
    const added = seriesIn(seen).filter((series) => !before.includes(series) && !/^(http_|nodejs_)/.test(series));
    expect(added).toEqual([]);
    expect(seriesIn(seen).join('\n')).not.toContain('evil');
  });

  it('reads of the log nothing but where it ends, at each scrape [PL-6]', async () => {
    const { events } = server;
    const reads = ['readAll', 'read', 'getEvents', 'streams', 'findEvent', 'verify', 'lastSequence'] as const;
    const spies = reads.map((name) => jest.spyOn(events, name));
    const readsOfTwoScrapes = async () => {
      for (const spy of spies) spy.mockClear();
      await scrape();
      await scrape(OPENMETRICS);
      return spies.map((spy) => spy.mock.calls.length);
    };
    try {
      // Of where the log ends: by what tells how long it is, and by webhooks.
      const allowed = [0, 0, 0, 0, 0, 0, 4];
      // What follows the log may still have some of it to read.
      const seen = await eventually(readsOfTwoScrapes, (counts) => counts.join() === allowed.join(), 20_000);
      expect(seen).toEqual(allowed);
    } finally {
      jest.restoreAllMocks();
    }
  });

  it('begins its counters at 0 after a restart, and finds its gauges as they were [PL-6]', async () => {
    const before = await settled();
    await server.stop();
    await server.start();
    const seen = await settled();
    const created = valueIn(seen, 'tasks_created_total');
    expect([created, valueIn(seen, 'jobs_total', { outcome: 'failed' })]).toEqual([0, 0]);
    expect(valueIn(seen, 'dead_letters')).toBe(1);
    expect(valueIn(seen, 'agents', { state: 'live' })).toBe(1);
    expect(valueIn(seen, 'log_events')).toBe(valueIn(before, 'log_events'));
    await job('again', '1 1 +');
    await overOf('again');
    await settled((now) => valueIn(now, 'jobs_total', { outcome: 'done' }) === 1);
  });
});

describe('GET /metrics where keys are needed (PL-3)', () => {
  it('is for viewers and up, and lets a scraper ask as often as it does in a minute at once [PL-3, PL-6]', async () => {
    await using guarded = await LiveServer.start({
      REQUIRE_KEYS: 'on',
      API_KEYS: 'viewer:viewer-key-0123456789abcdef,worker:worker-key-0123456789abcdef',
    });
    const status = async (key?: string) =>
      (
        await fetch(`${guarded.url}/metrics`, {
          headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
        })
      ).status;
    expect(await status()).toBe(401);
    expect(await status('worker-key-0123456789abcdef')).toBe(403);
    const statuses = new Set<number>();
    for (let number = 0; number < 60; number++) statuses.add(await status('viewer-key-0123456789abcdef'));
    expect([...statuses]).toEqual([200]);
  });
});
