import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { connect } from '../../src/client/index.ts';
import { Orchestrator } from '../../src/orchestrator/index.ts';
import { startServer } from '../../src/server.ts';
import { DATABASE_FILE, SqliteDatabase } from '../../src/storage/index.ts';
import { testConfiguration } from '../support/configuration.ts';
import { FakeOllama } from '../support/fake-ollama.ts';
import { eventsOf, eventually, request } from '../support/rest.ts';
import { runServer } from '../support/running-server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

interface Task {
  taskId: string;
  startedAt: string | null;
}

const post = (url: string, headers: Record<string, string>, body: object = { prompt: 'x' }) =>
  fetch(`${url}/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const created = async (answer: Response) => (await answer.json()) as Task;

async function startedTasks(url: string): Promise<readonly Task[]> {
  const { body } = await request<{ tasks: Task[] }>('GET', `${url}/tasks?limit=200`);
  return body.tasks.filter(({ startedAt }) => startedAt !== null);
}

describe('a submitter', () => {
  it('is recorded with the task, and has idempotency keys of its own [OR-5]', async () => {
    await using server = await runServer();
    const { url } = server;
    const key = { 'idempotency-key': 'one' };
    const first = await created(await post(url, { ...key, 'x-submitter': 'ada' }));
    const second = await created(await post(url, { ...key, 'x-submitter': 'bob' }));
    expect(second.taskId).not.toBe(first.taskId);
    expect(await created(await post(url, { ...key, 'x-submitter': 'ada' }))).toMatchObject({ taskId: first.taskId });
    expect((await eventsOf(url, first.taskId))[0]?.data.submitter).toBe('ada');
    const silent = await created(await post(url, {}));
    expect((await eventsOf(url, silent.taskId))[0]?.data).not.toHaveProperty('submitter');
    const api = connect({ url });
    const { taskId } = await api.createTask({ prompt: 'x' }, { submitter: '~'.repeat(100) });
    expect((await eventsOf(url, taskId))[0]?.data.submitter).toBe('~'.repeat(100));
  });

  it.each([
    ['no character', ''],
    ['a space', 'ada lovelace'],
    ['more than 100 characters', 'x'.repeat(101)],
    ['characters that are not ASCII', 'ädä'],
  ])('of %s is refused by name, and nothing is created [OR-5]', async (_what, submitter) => {
    await using server = await runServer();
    const answer = await post(server.url, { 'x-submitter': submitter });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'INVALID_INPUT', errors: [{ path: 'X-Submitter' }] });
    expect((await request('GET', `${server.url}/tasks`)).body.tasks).toEqual([]);
  });

  it('is known again when the queue is made anew from the log [OR-5, OR-16]', async () => {
    using directory = temporaryDirectory();
    const configuration = testConfiguration({ DATA_DIR: directory.path, LLM_PROVIDER: 'delegated' });
    const submitters = async (change?: string) => {
      const database = await SqliteDatabase.open({ path: join(directory.path, DATABASE_FILE) });
      if (change !== undefined) await database.write([{ sql: change, parameters: [] }]);
      const rows = await sql<{ submitter: string }>`SELECT submitter FROM work ORDER BY position`.execute(
        database.reader<object>(),
      );
      await database.close();
      return rows.rows.map(({ submitter }) => submitter);
    };
    const server = await startServer(configuration);
    const callers: readonly Record<string, string>[] = [{ 'x-submitter': 'ada' }, {}, { 'x-submitter': 'bob' }];
    for (const headers of callers) await post(server.url, headers);
    await server.close();
    expect(await submitters()).toEqual(['ada', '', 'bob']);
    expect(await submitters('DELETE FROM work')).toEqual([]);
    await (await startServer(configuration)).close();
    expect(await submitters()).toEqual(['ada', '', 'bob']);
  });

  it('with one task starts within ten dispatches beside one with 1,000 [OR-5]', async () => {
    const held = Promise.withResolvers<void>();
    await using ollama = await FakeOllama.start({
      respond: () => ({ text: '{}', beforeFirstToken: () => held.promise }),
      parallel: 5,
    });
    await using server = await runServer({
      LLM_PROVIDER: 'ollama',
      OLLAMA_BASE_URL: ollama.url,
      SUBMIT_WAIT_MS: '60000',
      SHUTDOWN_GRACE_MS: '0',
    });
    const { url } = server;
    const asked = Array.from({ length: 1000 }, () => post(url, { 'x-submitter': 'ada' }));
    const orchestrator = server.app.get(Orchestrator);
    await eventually(
      () => orchestrator.stats(),
      ({ running, waitingSubmitters }) => running === 5 && waitingSubmitters === 895,
    );
    const single = post(url, { 'x-submitter': 'bob' });
    await eventually(
      () => orchestrator.stats(),
      ({ waitingSubmitters }) => waitingSubmitters === 896,
    );
    held.resolve();
    const { taskId } = await created(await single);
    const started = await eventually(
      () => startedTasks(url),
      (tasks) => tasks.some((task) => task.taskId === taskId),
    );
    const at = started.find((task) => task.taskId === taskId)?.startedAt ?? '';
    const before = started.filter(({ startedAt }) => startedAt !== null && startedAt <= at).length - 1;
    expect(before).toBeGreaterThanOrEqual(5);
    expect(before - 5).toBeLessThan(10);
    await orchestrator.shutdown({ graceMs: 0 });
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 503]));
  }, 60_000);
});
