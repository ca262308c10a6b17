import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answerTo, codingSamples, taskOf } from '../support/coding-samples.ts';
import { askModern } from '../support/mcp-http.ts';
import { eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const tasks = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const talking = { ...tasks, elicitation: {} };
const sample = codingSamples.find(({ language }) => language === 'javascript')!;

let server: TestServer;
beforeAll(async () => {
  server = await runServer({ LLM_PROVIDER: 'mcp' });
});
afterAll(() => server[Symbol.asyncDispose]());

const run = (input: object, capabilities: object) =>
  askModern(server.url, 'tools/call', { name: 'run_coding_task', arguments: { wait_ms: 0, ...input } }, capabilities);
const get = async (taskId: string, capabilities: object = tasks) =>
  (await askModern(server.url, 'tasks/get', { taskId }, capabilities)).body as {
    result?: Record<string, unknown>;
    error?: Record<string, unknown>;
  };

async function answer(taskId: string, given: (prompt: string) => unknown): Promise<void> {
  for (;;) {
    const { status, body } = await request<{
      item: { id: string; taskId: string; leaseToken: string; messages: { content: string }[] };
    }>('POST', `${server.url}/work-items/claim`, { by: 'test', waitMs: 20_000 });
    if (status !== 200) throw new Error('nobody asks');
    if (body.item.taskId !== taskId) continue;
    const prompt = body.item.messages.map(({ content }) => content).join('\n');
    const { leaseToken } = body.item;
    await request('POST', `${server.url}/work-items/${body.item.id}/answer`, { leaseToken, answer: given(prompt) });
    return;
  }
}

describe('the tasks extension [MCP-2]', () => {
  it('is declared, and hands a client that knows it a handle, which is stored, instead of an answer', async () => {
    const { body: discovered } = await askModern(server.url, 'server/discover');
    expect(discovered).toMatchObject({ result: { capabilities: tasks } });
    const { modules, ...given } = taskOf(sample);
    const { body } = await run({ ...given, task_id: 'handled', modules: [{ path: modules?.[0]?.path }] }, tasks);
    expect(body).toMatchObject({
      result: {
        resultType: 'task',
        taskId: 'handled',
        status: 'working',
        ttlMs: null,
        pollIntervalMs: expect.any(Number),
      },
    });
    expect(await get('handled')).toMatchObject({
      result: { resultType: 'complete', taskId: 'handled', status: 'working' },
    });

    await answer('handled', answerTo);
    await answer('handled', answerTo);
    const done = await eventually(
      () => get('handled'),
      ({ result }) => result?.status !== 'working',
    );
    expect(done).toMatchObject({
      result: {
        status: 'completed',
        result: { isError: false, structuredContent: { task_id: 'handled', status: 'completed' } },
      },
    });
  });

  it('hands nothing of the kind to a client that does not declare it, and refuses it to ask', async () => {
    const { body } = await run({ prompt: 'Write it', task_id: 'plain' }, {});
    expect(body).toMatchObject({ result: { resultType: 'complete', structuredContent: { task_id: 'plain' } } });
    expect(await get('plain', {})).toMatchObject({
      error: { code: -32_021, data: { requiredCapabilities: tasks } },
    });
    expect(await get('nowhere')).toMatchObject({ error: { code: -32_602, data: { code: 'TASK_NOT_FOUND' } } });
  });

  it('ends a task that fails as a completed call whose result is an error, and one that is cancelled as cancelled', async () => {
    await run({ prompt: 'Write it', task_id: 'cancelled' }, tasks);
    const cancel = () => askModern(server.url, 'tasks/cancel', { taskId: 'cancelled' }, tasks);
    expect((await cancel()).body).toMatchObject({ result: { resultType: 'complete' } });
    expect((await cancel()).body).toMatchObject({ result: { resultType: 'complete' } });
    expect(await get('cancelled')).toMatchObject({ result: { status: 'cancelled' } });
    expect((await request('GET', `${server.url}/tasks/cancelled`)).body).toMatchObject({ status: 'cancelled' });

    const { modules, ...given } = taskOf(sample);
    const limits = { max_iterations: 1 };
    await run({ ...given, task_id: 'failing', modules: [{ path: modules?.[0]?.path }], limits }, tasks);
    const wrong = () => ({ path: sample.path, code: sample.wrong });
    await answer('failing', wrong);
    await answer('failing', wrong);
    const ended = await eventually(
      () => get('failing'),
      ({ result }) => result?.status !== 'working',
    );
    expect(ended).toMatchObject({ result: { status: 'completed', result: { isError: true } } });
  });

  it('asks a client that can show forms what the task asks of people, and takes what they say once', async () => {
    const taskId = 'asking';
    await run({ prompt: 'Write slugs', task_id: taskId, language: 'javascript', require_approval: true }, talking);
    const base = { objective: 'slugs', language: 'javascript' };
    await answer(taskId, () => ({ ...base, questions: ['Which separator?'], modules: [] }));
    const { key, task } = await input(taskId);
    expect(task).toMatchObject({
      inputRequests: {
        [key]: {
          method: 'elicitation/create',
          params: { requestedSchema: { properties: { answer_1: { description: 'Which separator?' } } } },
        },
      },
    });
    // Without forms it is a task at work that says what it waits for.
    expect(await get(taskId)).toMatchObject({
      result: { status: 'working', statusMessage: expect.stringContaining('question') },
    });

    await update(taskId, { other: {}, [key]: { action: 'decline' } });
    expect((await input(taskId)).key).toBe(key);
    await update(taskId, { [key]: { action: 'accept', content: { answer_1: 'a hyphen' } } });
    const plan = { path: 'src/slug.js', description: 'Exports slug(text)', dependsOn: [], testCases: ['joins'] };
    await answer(taskId, () => ({ ...base, modules: [plan] }));

    const approval = await input(taskId);
    expect(approval.key).not.toBe(key);
    await update(taskId, { [key]: { action: 'accept', content: { answer_1: 'late' } } });
    await update(taskId, { [approval.key]: { action: 'accept', content: { approve: true } } });
    expect((await request('GET', `${server.url}/tasks/${taskId}`)).body).toMatchObject({ approval: 'given' });
  });
});

async function update(taskId: string, inputResponses: object): Promise<void> {
  const { body } = await askModern(server.url, 'tasks/update', { taskId, inputResponses }, talking);
  expect(body).toMatchObject({ result: { resultType: 'complete' } });
}

async function input(taskId: string) {
  const { result = {} } = await eventually(
    () => get(taskId, talking),
    ({ result: task }) => task?.status === 'input_required',
  );
  const [key = ''] = Object.keys(result.inputRequests as object);
  return { key, task: result };
}
