import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  gate,
  type OrchestratorBench,
  orchestratorBench,
  stepTask as task,
  until,
} from '../../test/support/orchestrator-bench.ts';
import type { DoStep } from '../../test/support/step-workflow.ts';
import { priorities } from './priority.ts';

let bench: OrchestratorBench;

beforeEach(async () => {
  bench = await orchestratorBench();
});

afterEach(() => bench.close());

describe('the queue', () => {
  it('runs the most urgent first and equals in order of arrival [OR-1]', async () => {
    const { orchestrator, workflow } = await bench.start(undefined, { maxConcurrent: 1 });
    for (const [id, priority] of Object.entries({ low: 30, first: 10, critical: 0, second: 10 })) {
      await orchestrator.submit(task(id, { priority }));
    }
    orchestrator.startWorkers(3);
    await until(() => workflow.performed.length === 4);
    expect(workflow.performed).toEqual(['critical:1', 'first:1', 'second:1', 'low:1']);
  });

  it('holds 100, lets five more wait, and lets one in for each that leaves [OR-10]', async () => {
    const gates = Array.from({ length: 105 }, gate);
    const holdEach: DoStep = (_action, { taskId }) => gates[Number(taskId.slice(1))]?.passed ?? Promise.resolve();
    const { orchestrator, workflow } = await bench.start(holdEach, { maxConcurrent: 1 });
    const submitted = Array.from({ length: 105 }, (_, index) => orchestrator.submit(task(`t${index}`)));
    await Promise.all(submitted.slice(0, 100));
    const queuedAndWaiting = async () => {
      const { queued, waitingSubmitters } = await orchestrator.stats();
      return `${queued.total} ${waitingSubmitters}`;
    };
    await until(async () => (await queuedAndWaiting()) === '100 5');
    orchestrator.startWorkers(3);
    for (const [index, waiting] of [4, 3, 2, 1, 0].entries()) {
      await until(() => workflow.performed.length === index + 1);
      await submitted[100 + index];
      await until(async () => (await queuedAndWaiting()) === `100 ${waiting}`);
      gates[index]?.open();
    }
    for (const held of gates) held.open();
    await until(async () => (await orchestrator.stats()).completed === 105);
  });

  it('runs 1,000 rapid submissions in the end, none twice [OR-10]', async () => {
    const { orchestrator, workflow } = await bench.start();
    orchestrator.startWorkers(3);
    await Promise.all(Array.from({ length: 1000 }, (_, index) => orchestrator.submit(task(`t${index}`))));
    await until(async () => (await orchestrator.stats()).completed === 1000);
    expect(workflow.performed).toHaveLength(1000);
    expect(new Set(workflow.performed).size).toBe(1000);
    expect(workflow.mostRunning).toBeLessThanOrEqual(5);
  });

  it('refuses a submission that found no room in time, and creates nothing [OR-10]', async () => {
    const { orchestrator } = await bench.start(undefined, { maxQueue: 1 });
    await orchestrator.submit(task('first'));
    await expect(orchestrator.submit(task('second', { waitMs: 20 }))).rejects.toMatchObject({
      code: 'ORCHESTRATOR_QUEUE_FULL',
      kind: 'unavailable',
    });
    expect(await bench.log.events.getEvents('second')).toEqual([]);
    expect((await orchestrator.stats()).waitingSubmitters).toBe(0);
  });

  it('refuses a task id that exists, also among concurrent submissions [OR-13]', async () => {
    const { orchestrator } = await bench.start();
    const results = await Promise.allSettled([orchestrator.submit(task('same')), orchestrator.submit(task('same'))]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(orchestrator.submit(task('same'))).rejects.toMatchObject({ code: 'ORCHESTRATOR_DUPLICATE_TASK' });
  });

  it('refuses tasks that would wait for each other, and names the circle [OR-13]', async () => {
    const { orchestrator } = await bench.start();
    await orchestrator.submit(task('a', { dependsOn: ['b'] }));
    await orchestrator.submit(task('b', { dependsOn: ['c'] }));
    await expect(orchestrator.submit(task('c', { dependsOn: ['x', 'a'] }))).rejects.toThrow('c → a → b → c');
    await expect(orchestrator.submit(task('self', { dependsOn: ['self'] }))).rejects.toThrow('self → self');
    expect(await bench.log.events.getEvents('c')).toEqual([]);
  });

  it('holds a task back until those it depends on have ended [OR-13]', async () => {
    const { orchestrator, workflow } = await bench.start();
    await orchestrator.submit(task('last', { dependsOn: ['first'], priority: priorities.CRITICAL }));
    orchestrator.startWorkers(3);
    await orchestrator.submit(task('first'));
    await until(() => workflow.performed.length === 2);
    expect(workflow.performed).toEqual(['first:1', 'last:1']);
  });
});

describe('the slots', () => {
  it('never run more than five at once, however many loops feed them [OR-11]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start(() => hold.passed);
    orchestrator.startWorkers(3);
    await Promise.all(Array.from({ length: 10 }, (_, index) => orchestrator.submit(task(`t${index}`))));
    await until(() => workflow.running === 5);
    await orchestrator.wakeDue();
    expect((await orchestrator.stats()).running).toBe(5);
    hold.open();
    await until(async () => (await orchestrator.stats()).completed === 10);
    expect(workflow.mostRunning).toBe(5);
  });

  it('record a task that throws as failed and go on [OR-11]', async () => {
    const { orchestrator } = await bench.start(({ step }, { taskId }) =>
      taskId === 'bad' && step === 1 ? Promise.reject(new Error('boom')) : Promise.resolve(),
    );
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('bad', { steps: 2 }));
    await orchestrator.submit(task('good'));
    await until(async () => (await orchestrator.stats()).completed === 1);
    expect((await bench.log.events.getEvents('bad')).at(-1)).toMatchObject({
      eventType: 'TASK_FAILED',
      data: { code: 'STEP_FAILED', reason: 'boom' },
    });
    expect((await orchestrator.stats()).failed).toBe(1);
  });

  it('start a loop that crashes again and report it [OR-11]', async () => {
    const { orchestrator, reports } = await bench.start();
    const { work } = orchestrator;
    const claim = work.claim.bind(work);
    let crashes = 2;
    orchestrator.work.claim = (...parameters) =>
      crashes-- > 0 ? Promise.reject(new Error('crash')) : claim(...parameters);
    orchestrator.startWorkers(2);
    await orchestrator.submit(task('t'));
    await until(async () => (await orchestrator.stats()).completed === 1);
    expect(reports.filter((report) => /worker \d crashed/.test(report))).toHaveLength(2);
  });

  it('end a task at its time limit: its signal fires, it is recorded, the slot is free at once [OR-12]', async () => {
    let reason: unknown;
    const { orchestrator } = await bench.start(
      (_action, { taskId, signal }) =>
        new Promise((resolve) => {
          if (taskId === 'next') return resolve();
          // The step never ends by itself: only the signal tells it.
          signal.addEventListener('abort', () => (reason = signal.reason as unknown));
        }),
      { maxConcurrent: 1 },
    );
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('slow', { timeoutMs: 30 }));
    await orchestrator.submit(task('next'));
    await until(async () => (await orchestrator.stats()).completed === 1);
    expect(reason).toMatchObject({ code: 'TASK_TIMEOUT' });
    expect((await bench.log.events.getEvents('slow')).at(-1)).toMatchObject({
      eventType: 'TASK_FAILED',
      data: { code: 'TASK_TIMEOUT' },
    });
    expect(await orchestrator.stats()).toMatchObject({ timedOut: 1, failed: 1 });
  });

  it('cancel a task without time at once [OR-12]', async () => {
    const { orchestrator, workflow } = await bench.start();
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('none', { timeoutMs: 0 }));
    await until(async () => (await orchestrator.stats()).timedOut === 1);
    expect(workflow.performed).toEqual([]);
    expect(await bench.typesOf('none')).toEqual(['TEST_TASK', 'TASK_FAILED']);
  });
});

describe('stats', () => {
  it('count what is queued by priority, what runs and what ended [OR-15]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start(() => hold.passed, { maxConcurrent: 2 });
    orchestrator.startWorkers(3);
    for (const [index, priority] of [0, 0, 0, 10, 20, 35, 99].entries())
      await orchestrator.submit(task(`t${index}`, { priority }));
    await until(() => workflow.running === 2);
    expect(await orchestrator.stats()).toMatchObject({
      queued: { CRITICAL: 1, HIGH: 1, MEDIUM: 1, LOW: 1, BACKGROUND: 1, total: 5 },
      running: 2,
      workers: 3,
    });
    hold.open();
    await until(async () => (await orchestrator.stats()).completed === 7);
    const stats = await orchestrator.stats();
    expect(stats.queued.total).toBe(0);
    expect(stats.slotHeld.count).toBe(7);
    expect(stats.slotHeld.maxMs).toBeGreaterThan(0);
  });
});
