import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  gate,
  type OrchestratorBench,
  orchestratorBench,
  stepTask as task,
  until,
} from '../../test/support/orchestrator-bench.ts';
import { priorities } from './priority.ts';

let bench: OrchestratorBench;

beforeEach(async () => {
  bench = await orchestratorBench();
});

afterEach(() => bench.close());

const manyOf = (submitter: string, count: number) =>
  Array.from({ length: count }, (_, index) => task(`${submitter} ${index}`, { submitter }));

describe('a submitter with one task', () => {
  it('starts within ten dispatches beside one with 1,000, most of them waiting for room [OR-5]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start(() => hold.passed, { maxConcurrent: 1 });
    orchestrator.startWorkers(1);
    const submitted = manyOf('ada', 1000).map((each) => orchestrator.submit(each));
    await until(() => workflow.running === 1);
    await until(async () => (await orchestrator.stats()).waitingSubmitters === 899);
    submitted.push(orchestrator.submit(task('single', { submitter: 'bob' })));
    expect((await orchestrator.stats()).waitingSubmitters).toBe(900);
    hold.open();
    await until(() => workflow.performed.includes('single:1'));
    expect(workflow.performed.indexOf('single:1')).toBeLessThanOrEqual(10);
    const closed = Promise.allSettled(submitted);
    await orchestrator.shutdown({ graceMs: 0 });
    await closed;
  });

  it('starts within ten dispatches beside 1,000 that wake up at once, also after a crash [OR-5, OR-16]', async () => {
    const first = await bench.start(undefined, { maxQueue: 2000 });
    const note = { eventType: 'TEST_NOTE', data: { text: 'wait' } } as const;
    const all = manyOf('ada', 1000);
    await Promise.all(all.map((each) => first.orchestrator.submit({ ...each, drafts: [...each.drafts, note] })));
    first.orchestrator.startWorkers(3);
    await until(async () =>
      (await first.orchestrator.work.counts()).some(({ status, count }) => status === 'waiting' && count === 1000),
    );
    await first.orchestrator.shutdown({ graceMs: 0 });
    const woken = await bench.start(undefined, { maxQueue: 2000 });
    const wake = { eventType: 'TEST_NOTE', data: { text: 'go on' } } as const;
    await Promise.all(all.map(({ taskId }) => woken.orchestrator.record(taskId, [wake])));
    await woken.orchestrator.submit(task('single', { submitter: 'bob' }));

    const next = await bench.start(undefined, { maxConcurrent: 1 });
    next.orchestrator.startWorkers(1);
    await until(() => next.workflow.performed.includes('single:1'));
    expect(next.workflow.performed.indexOf('single:1')).toBeLessThanOrEqual(10);
  });

  it('is told how many go before it [OR-5]', async () => {
    const { orchestrator } = await bench.start();
    for (const each of manyOf('ada', 5)) await orchestrator.submit(each);
    await orchestrator.submit(task('single', { submitter: 'bob' }));
    expect(await orchestrator.why('single')).toMatchObject({
      detail: 'Ready tasks that get a slot before it: 1; 0 of 5 slots are taken.',
    });
    expect(await orchestrator.why('ada 1')).toMatchObject({
      detail: 'Ready tasks that get a slot before it: 2; 0 of 5 slots are taken.',
    });
  });
});

describe('a task of low priority', () => {
  const besideUrgentOnes = async (ageingTurns: number) => {
    const { orchestrator, workflow } = await bench.start(
      async (_action, { taskId }) => {
        const number = Number(taskId.split(' ')[1] ?? 'NaN');
        if (number < 60) await orchestrator.submit(task(`high ${number + 1}`, { priority: priorities.HIGH }));
      },
      { maxConcurrent: 1, ageingTurns },
    );
    await orchestrator.submit(task('low', { priority: priorities.LOW }));
    await orchestrator.submit(task('high 0', { priority: priorities.HIGH }));
    orchestrator.startWorkers(1);
    await until(() => workflow.performed.length === 62);
    return workflow.performed.indexOf('low:1');
  };

  it('gets its slot although urgent ones never end [OR-5]', async () => {
    expect(await besideUrgentOnes(2)).toBe(41);
  });

  it('waits until the urgent ones end where waiting counts nothing [OR-5]', async () => {
    expect(await besideUrgentOnes(0)).toBe(61);
  });

  it('keeps the slot that it waited for so long, urgent as the next one may be [OR-4, OR-5]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start(
      (_action, { taskId }) => (taskId === 'first' ? hold.passed : Promise.resolve()),
      { maxConcurrent: 1, ageingTurns: 1 },
    );
    await orchestrator.submit(task('first', { priority: priorities.CRITICAL }));
    orchestrator.startWorkers(2);
    await until(() => workflow.running === 1);
    await orchestrator.submit(task('low', { priority: priorities.LOW, steps: 3 }));
    const urgent = Array.from({ length: 40 }, (_, index) => task(`urgent ${index}`, { priority: priorities.CRITICAL }));
    for (const each of urgent.slice(0, 35)) await orchestrator.submit(each);
    hold.open();
    await until(() => workflow.performed.length >= 36);
    for (const each of urgent.slice(35)) await orchestrator.submit(each);
    await until(async () => (await orchestrator.stats()).completed === 42);
    const at = workflow.performed.indexOf('low:1');
    expect(workflow.performed.slice(at, at + 3)).toEqual(['low:1', 'low:2', 'low:3']);
  });
});
