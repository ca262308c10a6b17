import { describe, expect, it } from '@jest/globals';
import { EventStore } from '../../src/events/index.ts';
import { Orchestrator } from '../../src/orchestrator/index.ts';
import { Database } from '../../src/storage/index.ts';
import { type DeadCodeParts, DeadCodeFollower } from '../../src/tasks/dead-code-follower.ts';
import { eventsOf, eventually, outcomeOf, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const code = "import { join } from 'node:path';\nexport const one = 1;\nexport const two = 2;\n";
const test = `import { strictEqual } from 'node:assert';
import { it } from 'node:test';
import { one } from '../src/one.js';
it('is one', () => strictEqual(one, 1));
`;

async function completeTask(url: string, taskId: string, files: readonly object[] = []): Promise<void> {
  await request('POST', `${url}/tasks`, {
    prompt: 'one',
    taskId,
    modules: [{ path: 'src/one.js' }],
    files: [{ path: 'test/one.test.js', content: test, role: 'test' }, ...files],
  });
  const claim = await request<{ item: { id: string; leaseToken: string } }>('POST', `${url}/work-items/claim`, {
    by: 'ada',
    waitMs: 10_000,
  });
  const { id, leaseToken } = claim.body.item;
  await request('POST', `${url}/work-items/${id}/answer`, { leaseToken, answer: { path: 'src/one.js', code } });
  expect(await outcomeOf(url, taskId)).toMatchObject({ status: 'completed' });
}

const countOf = (events: readonly { readonly eventType: string }[]) =>
  events.filter(({ eventType }) => eventType === 'DEAD_CODE_ANALYSIS').length;

describe('a completed task', () => {
  it('is searched for dead code once, after its end, which changes nothing of it [TK-10]', async () => {
    await using server = await runServer({ DEAD_CODE_ANALYSIS: 'on' });
    await completeTask(server.url, 'one');
    const { body } = await eventually(
      () => request<{ deadCode: object | null }>('GET', `${server.url}/tasks/one`),
      (answer) => answer.body.deadCode !== null,
    );
    const events = await eventsOf(server.url, 'one');
    expect(events.slice(-2).map(({ eventType }) => eventType)).toEqual(['TASK_COMPLETE', 'DEAD_CODE_ANALYSIS']);
    expect(body).toMatchObject({
      status: 'completed',
      progress: 1,
      codeVersion: 1,
      deadCode: {
        analyser: expect.stringMatching(/^typescript /),
        findings: [
          { path: 'src/one.js', name: 'join', line: 1, kind: 'import' },
          { path: 'src/one.js', name: 'two', line: 3, kind: 'export of variable' },
        ],
        findingsCut: 0,
        problem: null,
        codeVersion: 1,
        streamSequence: events.length,
      },
    });
    const state = await request<{ warnings: object[] }>('GET', `${server.url}/tasks/one/state`);
    expect(state.body.warnings).toEqual([]);
    const log = server.app.get(EventStore);
    expect(await log.verifyLog()).toMatchObject({ intact: true });
  });

  it('waits for its search until there is a slot to spare; what ended while it was off is left [TK-10]', async () => {
    await using server = await runServer({ DEAD_CODE_ANALYSIS: 'off' });
    await completeTask(server.url, 'one');
    const [events, searched] = [server.app.get(EventStore), [] as string[]];
    const [asked, free] = [Promise.withResolvers<void>(), Promise.withResolvers<boolean>()];
    const orchestrator = server.app.get(Orchestrator);
    const follower = await DeadCodeFollower.open({
      ...partsOf(server.app, { analyse: () => none(searched) }),
      orchestrator: {
        taskOver: () => orchestrator.taskOver(),
        hasSlotToSpare: () => {
          asked.resolve();
          return free.promise;
        },
      },
    });
    follower.start();
    await completeTask(server.url, 'two');
    await asked.promise;
    expect([searched.length, countOf(await events.getEvents('two'))]).toEqual([0, 0]);
    free.resolve(true);
    await eventually(
      () => events.getEvents('two'),
      (all) => countOf(all) === 1,
    );
    await follower.stop();
    expect([countOf(await events.getEvents('one')), searched.length]).toEqual([0, 1]);
  });

  it('is searched exactly once, however often the search is broken off and whoever else searches [TK-10]', async () => {
    await using server = await runServer({ DEAD_CODE_ANALYSIS: 'off' });
    const events = server.app.get(EventStore);
    const searched: string[] = [];
    const begun = Promise.withResolvers<void>();
    // Broken off in the middle, as by a shutdown: nothing is recorded, and nothing is lost.
    const first = await DeadCodeFollower.open(
      partsOf(server.app, {
        analyse: ({ signal }) =>
          new Promise((_resolve, reject) => {
            begun.resolve();
            signal?.addEventListener('abort', () => reject(signal.reason as Error));
          }),
      }),
    );
    first.start();
    await completeTask(server.url, 'one');
    await begun.promise;
    await first.stop();
    expect(countOf(await events.getEvents('one'))).toBe(0);

    const others = await Promise.all(
      Array.from({ length: 3 }, () => DeadCodeFollower.open(partsOf(server.app, { analyse: () => none(searched) }))),
    );
    for (const other of others) other.start();
    await completeTask(server.url, 'two');
    await eventually(
      () => Promise.all(['one', 'two'].map((taskId) => events.getEvents(taskId))),
      (all) => all.every((stream) => countOf(stream) > 0),
    );
    await Promise.all(others.map((other) => other.stop()));
    expect(countOf(await events.getEvents('one'))).toBe(1);
    expect(countOf(await events.getEvents('two'))).toBe(1);
  });
});

function partsOf(app: TestServer['app'], analyser: DeadCodeParts['analyser']): DeadCodeParts {
  return {
    events: app.get(EventStore),
    database: app.get(Database),
    orchestrator: app.get(Orchestrator),
    analyser,
    report: () => undefined,
  };
}

function none(searched: string[]) {
  searched.push('');
  return Promise.resolve({ analyser: 'a test', findings: [], findingsCut: 0 });
}
