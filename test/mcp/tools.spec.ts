import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { McpServers } from '../../src/mcp/index.ts';
import { roles } from '../../src/kernel/roles.ts';
import { WorkItemsService } from '../../src/tasks/index.ts';
import { mcpClient, type McpClient, revisions } from '../support/mcp-client.ts';
import { eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface Task {
  readonly task_id: string;
  readonly status: string;
  readonly sequence: number;
}

interface Claim {
  readonly item: { readonly item_id: string; readonly lease_token: string; readonly task_id: string } | null;
}

let server: TestServer;
let mcp: McpClient;
beforeAll(async () => {
  server = await runServer({ LLM_PROVIDER: 'mcp', PROMPT_MAX_CHARS: '1000' });
  mcp = await mcpClient(server.url, '2026-07-28');
});
afterAll(async () => {
  await mcp[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** A task that waits for the answer to its one question: the code of a module. */
async function waiting(taskId: string): Promise<string> {
  await mcp.call('start_coding_task', {
    prompt: 'Write add(a, b)',
    task_id: taskId,
    files: [{ path: 'test/add.test.js', content: '// checks', role: 'test' }],
    modules: [{ path: 'src/add.js' }],
  });
  await untilStatus(taskId, 'awaitingModel');
  return taskId;
}

const untilStatus = (taskId: string, status: string) =>
  eventually(
    () => mcp.call<Task>('get_task_status', { task_id: taskId }),
    (task) => task.status === status,
  );

const failing = async (name: string, input: Record<string, unknown>) => {
  const { isError, _meta, content } = await mcp.client.callTool({ name, arguments: input });
  return { isError, error: _meta?.['taskloom/error'], text: JSON.stringify(content) };
};

describe('the list of tools [MCP-2]', () => {
  it('has all of them with schemas, annotations and a needed role each, the same in both revisions', async () => {
    await using older = await mcpClient(server.url, '2025-11-25');
    const { tools } = await mcp.client.listTools();
    expect((await older.client.listTools()).tools.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['start_coding_task', 'run_coding_task', 'get_task_status', 'list_tasks', 'cancel_task'],
        ...['send_intervention', 'answer_questions', 'approve_plan', 'reject_plan', 'pause_task', 'resume_task'],
        ...['list_events', 'get_task_files', 'get_context', 'get_briefing', 'explain'],
        ...['create_job', 'get_job', 'list_approvals', 'decide_approval'],
        ...['claim_work', 'submit_work', 'release_work', 'dispatch_message', 'list_workers'],
      ]),
    );
    for (const tool of tools) {
      expect(tool).toMatchObject({
        title: expect.any(String),
        description: expect.stringMatching(/\.$/),
        inputSchema: { type: 'object', additionalProperties: false },
        outputSchema: { type: 'object' },
        annotations: { readOnlyHint: expect.any(Boolean), openWorldHint: expect.any(Boolean) },
      });
    }
    for (const { name, role, annotations } of server.app.get(McpServers).tools) {
      expect(roles).toEqual(expect.arrayContaining([...role]));
      expect({ name, reads: role.includes('viewer') }).toEqual({ name, reads: annotations.readOnlyHint });
    }
  });
});

describe('a tool that fails [MCP-2]', () => {
  it('says what is wrong by code and cure, and nothing is done', async () => {
    expect(await failing('get_task_status', { task_id: 'nowhere' })).toMatchObject({
      isError: true,
      error: { code: 'TASK_NOT_FOUND', kind: 'notFound' },
      text: expect.stringContaining('look it up in the list of tasks'),
    });
    expect(
      await failing('start_coding_task', { prompt: 'x', language: 'cobol', modules: [{ path: '../up.js' }] }),
    ).toMatchObject({
      isError: true,
      error: {
        code: 'INVALID_INPUT',
        details: { issues: expect.arrayContaining([{ path: 'language', message: expect.anything() }]) },
      },
    });
    expect(await failing('start_coding_task', { prompt: 'x'.repeat(1001) })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/1001 characters.*1000.*PROMPT_MAX_CHARS/),
    });
    expect(await failing('start_coding_task', { promt: 'x' })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/prompt.*promt/),
    });
    expect(await mcp.call('list_tasks')).toMatchObject({ tasks: [] });
  });

  it('refuses an idempotency key that stood for something else', async () => {
    const idempotency_key = 'once';
    await mcp.call('start_coding_task', { prompt: 'first', task_id: 'keyed', idempotency_key });
    const again = await mcp.client.callTool({
      name: 'run_coding_task',
      arguments: { prompt: 'first', task_id: 'keyed', idempotency_key, wait_ms: 0 },
    });
    expect(again.structuredContent).toMatchObject({ task_id: 'keyed' });
    expect(await failing('start_coding_task', { prompt: 'second', idempotency_key })).toMatchObject({
      error: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });
});

describe('a call that waits [MCP-2]', () => {
  it('tells of progress, and answers as soon as somebody is needed', async () => {
    const progress: (string | undefined)[] = [];
    const result = await mcp.client.callTool(
      {
        name: 'run_coding_task',
        arguments: { prompt: 'Write sub(a, b)', task_id: 'run', modules: [{ path: 'src/sub.js' }], wait_ms: 50_000 },
      },
      { onprogress: ({ message }) => progress.push(message) },
    );
    expect(result.structuredContent).toMatchObject({ task_id: 'run', status: 'awaitingModel' });
    expect(JSON.stringify(result.content)).toContain('claim_work');
    expect(progress).toContainEqual(expect.stringContaining('Task "run"'));
  });

  it('hears of what comes after a sequence, from whatever door', async () => {
    const taskId = await waiting('heard');
    const { sequence } = await mcp.call<Task>('get_task_status', { task_id: taskId });
    const [news, events] = await Promise.all([
      mcp.call<Task>('get_task_status', { task_id: taskId, after_sequence: sequence, wait_ms: 20_000 }),
      mcp.call('list_events', { task_id: taskId, after_sequence: sequence, wait_ms: 20_000 }),
      request('POST', `${server.url}/tasks/${taskId}/interventions`, { guidance: 'integers only' }),
    ]);
    expect(news.sequence).toBeGreaterThan(sequence);
    expect(events).toMatchObject({ events: [{ type: 'USER_INTERVENTION', data: { guidance: 'integers only' } }] });
  });

  it.each(revisions)(
    'can be cancelled without cancelling the task, or taking a question with it: protocol %s',
    async (revision) => {
      await using client = await mcpClient(server.url, revision);
      const taskId = await waiting(`left-${revision}`);
      const cancelled = new AbortController();
      const left = client.client.callTool(
        { name: 'get_task_status', arguments: { task_id: taskId, after_sequence: 1000, wait_ms: 50_000 } },
        { signal: cancelled.signal },
      );
      cancelled.abort();
      await expect(left).rejects.toThrow();
      expect(await mcp.call('get_task_status', { task_id: taskId })).toMatchObject({ status: 'awaitingModel' });
      const free = await server.app.get(WorkItemsService).list();
      expect(free.filter((item) => item.taskId === taskId)).toMatchObject([{ claimedBy: null }]);
    },
  );
});

describe('having a say [MCP-2]', () => {
  it('takes guidance, pauses, resumes and cancels, each as often as it is called', async () => {
    const task_id = await waiting('steered');
    await mcp.call('send_intervention', { task_id, guidance: 'no floats', action: 'pause' });
    expect(await mcp.call('pause_task', { task_id })).toMatchObject({ status: 'paused' });
    expect(await mcp.call('resume_task', { task_id, limits: { max_tokens: 9 } })).toMatchObject({ pause: null });
    expect(await mcp.call('cancel_task', { task_id, reason: 'enough' })).toMatchObject({ changed: true });
    expect(await mcp.call('cancel_task', { task_id })).toMatchObject({ changed: false, task: { status: 'cancelled' } });
    const { body } = await request<{ events: { eventType: string; data: unknown }[] }>(
      'GET',
      `${server.url}/tasks/${task_id}/events`,
    );
    expect(body.events.filter(({ eventType }) => eventType === 'TASK_CANCELLED')).toMatchObject([
      { data: { by: 'test-2026-07-28', reason: 'enough' } },
    ]);
    expect(await failing('pause_task', { task_id })).toMatchObject({ error: { code: 'TASK_FINISHED' } });
  });

  it('answers the questions of a planner, and approves the plan that was read', async () => {
    const task_id = 'planned';
    await mcp.call('start_coding_task', {
      prompt: 'Write a slug',
      task_id,
      language: 'javascript',
      require_approval: true,
    });
    const ask = await claimOf(task_id);
    await submit(ask, { ...plan, questions: ['Which separator?'], modules: [] });
    expect(await untilStatus(task_id, 'awaitingAnswers')).toMatchObject({ questions: ['Which separator?'] });
    expect(await failing('answer_questions', { task_id, answers: ['-', '_'] })).toMatchObject({ isError: true });
    await mcp.call('answer_questions', { task_id, answers: ['a hyphen'] });
    await submit(await claimOf(task_id), plan);
    await untilStatus(task_id, 'awaitingApproval');

    const { contents } = await mcp.client.readResource({ uri: `taskloom://tasks/${task_id}/plan` });
    const [markdown, json] = contents.map((each) => ('text' in each ? each.text : ''));
    expect(markdown).toContain('slugify');
    const { plan_hash } = JSON.parse(json ?? '') as { plan_hash: string };
    expect(await failing('approve_plan', { task_id, plan_hash: 'another' })).toMatchObject({
      error: { code: 'PLAN_CHANGED' },
    });
    expect(await mcp.call('approve_plan', { task_id, plan_hash })).toMatchObject({ approval: 'given' });
  });
});

describe('looking [MCP-2]', () => {
  it('shows files, events, what a model was told, and why things are as they are', async () => {
    const task_id = await waiting('looked-at');
    expect(await mcp.call('get_task_files', { task_id, paths: ['test/add.test.js'] })).toMatchObject({
      version: 0,
      files: [{ path: 'test/add.test.js', role: 'test', uri: 'taskloom://tasks/looked-at/files/test/add.test.js' }],
      contents: [{ path: 'test/add.test.js', content: '// checks' }],
    });
    expect(await mcp.call('list_events', { task_id, limit: 1 })).toMatchObject({
      events: [{ sequence: 1, type: 'TASK_CREATED' }],
      next_after_sequence: 1,
      is_end: false,
    });
    expect(await mcp.call('get_context', { task_id })).toMatchObject({ kind: 'GenerateModule', rebuilt: 'same' });
    expect(await mcp.call('get_briefing', { task_id, path: 'test/add.test.js' })).toMatchObject({
      text: expect.stringContaining('test/add.test.js'),
      left_out: [],
    });
    expect(await mcp.call('explain', { task_id })).toMatchObject({ waits_for: 'model', changes: [] });
    expect(await mcp.call('explain', { task_id, path: 'test/add.test.js', line: 1 })).toMatchObject({
      changes: [{ from: 1, to: 1, event_type: 'TASK_CREATED', causes: [{ sequence: 1 }] }],
    });
  });

  it('lists tasks page by page, and finds them by words and metadata', async () => {
    const first = await mcp.call<{ tasks: Task[]; next_before: number }>('list_tasks', { limit: 2 });
    const second = await mcp.call<{ tasks: Task[] }>('list_tasks', { limit: 2, before: first.next_before });
    expect(new Set([...first.tasks, ...second.tasks].map(({ task_id }) => task_id)).size).toBe(4);
    await mcp.call('start_coding_task', { prompt: 'Sort zebras', task_id: 'found', metadata: { team: 'zoo' } });
    for (const query of [{ text: 'zebras sort' }, { metadata: { team: 'zoo' } }]) {
      expect(await mcp.call('list_tasks', query)).toMatchObject({ tasks: [{ task_id: 'found' }], next_before: null });
    }
  });

  it('leaves out data of events that is too long for an answer, and says so', async () => {
    const content = 'x'.repeat(100_000);
    const files = [{ path: 'long.txt', content, role: 'fixture' }];
    await mcp.call('start_coding_task', {
      prompt: 'Use it',
      task_id: 'long',
      files,
      modules: [{ path: 'src/use.js' }],
    });
    expect(await mcp.call('list_events', { task_id: 'long', limit: 1 })).toMatchObject({ events: [{ data: null }] });
    expect(await mcp.call('get_task_files', { task_id: 'long', paths: ['long.txt'] })).toMatchObject({
      contents: [{ content }],
    });
  });
});

describe('messages [MCP-2]', () => {
  it('reach a worker, and what it could not do is an error', async () => {
    const dispatch = { strategy: 'ROUND_ROBIN', type: 'rpn' };
    expect(await mcp.call('dispatch_message', { ...dispatch, payload: '3 4 + 2 *' })).toMatchObject({
      answers: [{ worker_id: 'rpn-1', ok: true, result: { value: 14 } }],
    });
    expect(await mcp.call('list_workers')).toMatchObject({ workers: [{ id: 'rpn-1', type: 'rpn' }] });
    expect(await failing('dispatch_message', { ...dispatch, payload: '+' })).toMatchObject({
      error: { code: 'BROKER_MESSAGE_FAILED' },
    });
    expect(await failing('dispatch_message', { strategy: 'DIRECT', target: 'nobody', payload: null })).toMatchObject({
      error: { code: 'BROKER_WORKER_UNKNOWN' },
    });
  });
});

const plan = {
  objective: 'slugify(text)',
  language: 'javascript',
  modules: [
    { path: 'src/slugify.js', description: 'Exports slugify(text)', dependsOn: [], testCases: ['joins words'] },
  ],
};

/** The planner's question of a task; those of others that come first stay claimed. */
async function claimOf(taskId: string): Promise<NonNullable<Claim['item']>> {
  for (;;) {
    const { item } = await mcp.call<Claim>('claim_work', { kinds: ['PlanTask'], wait_ms: 20_000 });
    if (!item) throw new Error('nobody asks');
    if (item.task_id === taskId) return item;
  }
}

function submit({ item_id, lease_token }: NonNullable<Claim['item']>, answer: object) {
  return mcp.call('submit_work', { item_id, lease_token, answer });
}
