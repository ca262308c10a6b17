import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { answerTo, runnableSamples, taskOf } from '../support/coding-samples.ts';
import { FakeOllama } from '../support/fake-ollama.ts';
import { describeOnPostgres, temporaryPostgres } from '../support/postgres.ts';
import { hasRedis, temporaryRedis, type TemporaryRedis } from '../support/redis.ts';
import { eventsOf, eventually, outcomeOf, request } from '../support/rest.ts';
import { sentEvents } from '../support/sent-events.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const TIMEOUT_MS = 1500;
const TASKS = 12;

/** Three servers with directories of their own, on one PostgreSQL, one Redis and one model. */
describeOnPostgres('three instances on one PostgreSQL', () => {
  const closing: (() => PromiseLike<unknown>)[] = [];
  let instances: readonly ServerProcess[];
  let redis: TemporaryRedis | null;

  beforeAll(async () => {
    const postgres = await temporaryPostgres();
    closing.push(() => postgres[Symbol.asyncDispose]());
    redis = hasRedis ? await temporaryRedis() : null;
    closing.push(async () => redis?.[Symbol.asyncDispose]());
    const ollama = await FakeOllama.start({
      respond: ({ messages }) => ({
        text: answerTo(messages.at(-1)?.content ?? ''),
        beforeFirstToken: () => new Promise((resolve) => setTimeout(resolve, 150)),
      }),
      parallel: 8,
    });
    closing.push(() => ollama.stop());
    const start = () => {
      const directory = temporaryDirectory();
      closing.push(() => Promise.resolve(directory[Symbol.dispose]()));
      return ServerProcess.start({
        DATA_DIR: directory.path,
        DATABASE_URL: postgres.url,
        ...(redis ? { REDIS_URL: redis.url } : {}),
        WEBHOOK_SECRET_KEY: 'the same at all of the instances',
        INSTANCE_TIMEOUT_MS: String(TIMEOUT_MS),
        LLM_PROVIDER: 'ollama',
        OLLAMA_BASE_URL: ollama.url,
      });
    };
    instances = await Promise.all([start(), start(), start()]);
  }, 120_000);

  afterAll(async () => {
    await Promise.all(instances.map((each) => each.kill()));
    for (const close of closing.reverse()) await close();
  }, 60_000);

  it('lose nothing when one is killed and one freezes in the middle of its tasks, and repeat no recorded step [OR-16, OR-17, PL-9, EV-28]', async () => {
    const [killed, frozen, third] = instances as readonly [ServerProcess, ServerProcess, ServerProcess];
    const watch = new AbortController();
    const ids = Array.from({ length: TASKS }, (_, index) => `task ${index}`);
    for (const [index, taskId] of ids.entries()) {
      const sample = runnableSamples[index % runnableSamples.length]!;
      const answer = await request('POST', `${instances[index % 3]!.url}/tasks`, { ...taskOf(sample), taskId });
      expect(answer.status).toBe(201);
    }
    const shown = ids.map((taskId) => watchTask(third.url, taskId, watch.signal));
    await eventually(
      () => eventsOf(third.url, 'task 3'),
      (events) => events.some(({ eventType }) => eventType === 'MODEL_CALL_REQUESTED'),
    );
    await killed.kill('SIGKILL');
    process.kill(frozen.pid, 'SIGSTOP');
    // It wakes up when others have its tasks, and believes them to be its own.
    const asleep = new Promise((resolve) => setTimeout(resolve, 2 * TIMEOUT_MS));
    await asleep;
    process.kill(frozen.pid, 'SIGCONT');
    for (const [index, taskId] of ids.entries()) {
      const task = await outcomeOf(third.url, taskId, 90_000);
      expect({ taskId, status: task.status, error: task.error }).toEqual({ taskId, status: 'completed', error: null });
      const events = await eventsOf(third.url, taskId);
      expect(events.map((event) => event.streamSequence)).toEqual(events.map((_, index) => index + 1));
      const count = (type: string) => events.filter((event) => event.eventType === type).length;
      for (const type of ['TASK_STARTED', 'CODE_GENERATED', 'CORRECTION_COMPLETED', 'MODULE_COMPLETE', 'TASK_COMPLETE'])
        expect({ taskId, type, count: count(type) }).toEqual({ taskId, type, count: 1 });
      expect(count('MODEL_CALL_COMPLETED')).toBe(2);
      expect(count('TEST_FAILED')).toBe(1);
      expect(count('TEST_PASSED')).toBe(2);
      // What was shown live came without a gap, without repeats, and in order, whoever wrote it.
      const all = events.map(({ streamSequence }) => String(streamSequence));
      await eventually(
        () => Promise.resolve(shown[index]!),
        (ids) => ids.length >= all.length,
      );
      expect(shown[index]).toEqual(all);
    }
    watch.abort();
    await killed.start();
    for (const { url } of [killed, frozen])
      expect(await outcomeOf(url, 'task 0')).toMatchObject({ status: 'completed' });
    const { body } = await request('GET', `${third.url}/health/ready`);
    expect(body).toMatchObject({ status: 'ok' });
  }, 300_000);

  (hasRedis ? it : it.skip)(
    'go on while Redis is away, and say so [OR-17, PL-7, PL-9]',
    async () => {
      await redis!.stop();
      await Promise.all(
        instances.map(async ({ url }, index) => {
          const taskId = `without redis ${index}`;
          const sample = runnableSamples[index]!;
          expect((await request('POST', `${url}/tasks`, { ...taskOf(sample), taskId })).status).toBe(201);
          expect(await outcomeOf(instances[(index + 1) % 3]!.url, taskId)).toMatchObject({ status: 'completed' });
        }),
      );
      for (const instance of instances) {
        expect(instance.printed).toContain('Redis does not answer');
        expect((await request('GET', `${instance.url}/health`)).status).toBe(200);
      }
      await redis!.start();
    },
    120_000,
  );

  it('refuse a task that another one has, and end one that runs elsewhere [OR-13, OR-32, PL-9]', async () => {
    const [first, second] = instances as readonly [ServerProcess, ServerProcess];
    const task = { ...taskOf(runnableSamples[0]!), taskId: 'shared' };
    const answers = await Promise.all([first, second].map(({ url }) => request('POST', `${url}/tasks`, task)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    const other = { ...taskOf(runnableSamples[1]!), taskId: 'to be cancelled' };
    expect((await request('POST', `${first.url}/tasks`, other)).status).toBe(201);
    expect((await request('DELETE', `${second.url}/tasks/to%20be%20cancelled`)).status).toBeLessThan(300);
    expect(await outcomeOf(first.url, 'to be cancelled')).toMatchObject({ status: 'cancelled' });
  }, 60_000);

  it('have one queue of jobs: made at one, seen, cancelled and tried again at another [JB-4, JB-5, PL-9]', async () => {
    const [first, second, third] = instances as readonly [ServerProcess, ServerProcess, ServerProcess];
    const make = async (tasks: unknown) => {
      const { status, body } = await request('POST', `${first.url}/jobs`, { tasks, maxRetries: 0 });
      expect(status).toBe(201);
      return String(body.jobId);
    };
    const statusOf = async (url: string, jobId: string) => (await request('GET', `${url}/jobs/${jobId}`)).body.status;
    const sum = await make([{ id: 'sum', action: 'rpn', params: { expression: '40 2 +' } }]);
    await eventually(
      () => statusOf(second.url, sum),
      (status) => status === 'done',
    );
    const asking = await make([{ id: 'ask', action: 'approval', params: { question: 'May it go on?' } }]);
    await eventually(
      () => statusOf(third.url, asking),
      (status) => status === 'running',
    );
    expect((await request('DELETE', `${second.url}/jobs/${asking}`)).status).toBeLessThan(300);
    expect(await statusOf(first.url, asking)).toBe('cancelled');
    const wrong = await make([{ id: 'wrong', action: 'rpn', params: { expression: '1 0 /' } }]);
    const { body } = await eventually(
      () => request<{ jobs: readonly { jobId: string }[] }>('GET', `${third.url}/dead-letters`),
      (answer) => answer.body.jobs.some(({ jobId }) => jobId === wrong),
    );
    expect(body.jobs).toHaveLength(1);
    expect((await request('POST', `${second.url}/jobs/${wrong}/retry`)).status).toBeLessThan(300);
    const failures = async () =>
      (await request<{ events: { eventType: string }[] }>('GET', `${third.url}/jobs/${wrong}/events`)).body.events;
    await eventually(failures, (events) => events.filter(({ eventType }) => eventType === 'JOB_FAILED').length === 2);
    const listed = await request<{ jobs: readonly { jobId: string }[] }>('GET', `${second.url}/jobs`);
    expect(listed.body.jobs.map(({ jobId }) => jobId)).toEqual([wrong, asking, sum]);
  }, 300_000);
});

/** The ids of the events that an instance sends of a task, as they come. */
function watchTask(url: string, taskId: string, signal: AbortSignal): readonly string[] {
  const ids: string[] = [];
  const watch = async () => {
    for await (const { id } of sentEvents(`${url}/tasks/${encodeURIComponent(taskId)}/events`, { signal }))
      ids.push(id);
  };
  watch().catch(() => undefined);
  return ids;
}
