import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type OrchestratorBench,
  orchestratorBench,
  stepTask as task,
  until,
} from '../../test/support/orchestrator-bench.ts';

let bench: OrchestratorBench;

beforeEach(async () => {
  bench = await orchestratorBench();
});

afterEach(() => bench.close());

const loseQueue = () =>
  bench.log.database.write([
    { sql: 'DELETE FROM work', parameters: [] },
    { sql: 'DELETE FROM work_counts', parameters: [] },
  ]);

describe('a queue that was lost', () => {
  it('is made anew from the log: what is not over goes on, what is over stays so [OR-16]', async () => {
    const first = await bench.start();
    for (let index = 0; index < 12; index++) await first.orchestrator.submit(task(`t${index}`, { steps: 2 }));
    await first.orchestrator.end('t3', [{ eventType: 'TASK_CANCELLED', data: { by: 'x', reason: 'y' } }]);
    await bench.log.events.append('foreign', [{ eventType: 'TEST_NOTE', data: { text: 'no task' } }]);
    await first.orchestrator.shutdown({ graceMs: 0 });
    await loseQueue();

    const next = await bench.start();
    expect(await next.orchestrator.restoreWork()).toBe(12);
    expect(await next.orchestrator.work.find('t3')).toMatchObject({ status: 'done' });
    expect(await next.orchestrator.work.find('foreign')).toBeNull();
    expect((await next.orchestrator.work.newest('steps', null, 3)).map(({ taskId }) => taskId)).toEqual([
      't11',
      't10',
      't9',
    ]);
    next.orchestrator.startWorkers(2);
    await until(async () => (await next.orchestrator.stats()).completed === 11);
    expect(next.workflow.performed).toHaveLength(22);
    expect(await bench.typesOf('t3')).toEqual(['TEST_TASK', 'TASK_CANCELLED']);
  });

  it('knows again who submitted what [OR-5, OR-16]', async () => {
    const first = await bench.start();
    for (let index = 0; index < 5; index++) await first.orchestrator.submit(task(`a${index}`, { submitter: 'ada' }));
    await first.orchestrator.submit(task('b', { submitter: 'bob' }));
    await first.orchestrator.submit(task('nobody'));
    await first.orchestrator.shutdown({ graceMs: 0 });
    await loseQueue();

    const next = await bench.start(undefined, { maxConcurrent: 1 });
    await next.orchestrator.restoreWork();
    next.orchestrator.startWorkers(1);
    await until(async () => (await next.orchestrator.stats()).completed === 7);
    expect(next.workflow.performed).toEqual(['a0:1', 'b:1', 'nobody:1', 'a1:1', 'a2:1', 'a3:1', 'a4:1']);
  });

  it('has each task at the priority that its newest fact about it gives [OR-16]', async () => {
    const urgent = { eventType: 'TEST_NOTE', data: { text: 'urgent' } } as const;
    const first = await bench.start();
    for (const taskId of ['early', 'later']) await first.orchestrator.submit(task(taskId));
    await bench.log.events.append('later', [urgent, { eventType: 'TEST_NOTE', data: { text: 'and more' } }]);
    await bench.log.events.append('no task', [urgent]);
    await first.orchestrator.shutdown({ graceMs: 0 });
    await loseQueue();

    const next = await bench.start(undefined, { maxConcurrent: 1 });
    expect(await next.orchestrator.restoreWork()).toBe(2);
    next.orchestrator.startWorkers(1);
    await until(async () => (await next.orchestrator.stats()).completed === 2);
    expect(next.workflow.performed).toEqual(['later:1', 'early:1']);
  });

  it('is left alone where there is one [OR-16]', async () => {
    const { orchestrator } = await bench.start();
    await orchestrator.submit(task('t'));
    await bench.log.events.append('never-submitted', [{ eventType: 'TEST_TASK', data: { steps: 1, parallel: false } }]);
    expect(await orchestrator.restoreWork()).toBe(0);
    expect(await orchestrator.work.find('never-submitted')).toBeNull();
  });
});
