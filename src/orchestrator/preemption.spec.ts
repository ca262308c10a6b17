import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  gate,
  type OrchestratorBench,
  orchestratorBench,
  stepTask as task,
  until,
} from '../../test/support/orchestrator-bench.ts';
import { priorities } from './priority.ts';
import { WorkTable } from './work-table.ts';

let bench: OrchestratorBench;

beforeEach(async () => {
  bench = await orchestratorBench();
});

afterEach(() => bench.close());

describe('a task that is much more urgent than what runs', () => {
  it('takes the slot at the next step boundary; the other goes on from its events when it is its turn again [OR-4]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start(
      (_action, { taskId }) => (taskId === 'medium' ? hold.passed : Promise.resolve()),
      { maxConcurrent: 1 },
    );
    orchestrator.startWorkers(2);
    await orchestrator.submit(task('medium', { steps: 3 }));
    await until(() => workflow.running === 1);
    await orchestrator.submit(task('later'));
    await orchestrator.submit(task('urgent', { priority: priorities.CRITICAL }));
    // Asked, but in the middle of a step: nothing is torn off.
    await orchestrator.wakeDue();
    expect(workflow.performed).toEqual(['medium:1']);
    hold.open();
    await until(async () => (await orchestrator.stats()).completed === 3);
    expect(workflow.performed).toEqual(['medium:1', 'urgent:1', 'medium:2', 'medium:3', 'later:1']);
    expect(await bench.typesOf('medium')).toEqual([
      'TEST_TASK',
      ...Array.from({ length: 3 }, () => 'TEST_STEP_DONE'),
      'TASK_COMPLETE',
    ]);
  });

  it('displaces the worst, of equals the one that came last, and only as many as need be [OR-4]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start((_action, { taskId }) =>
      taskId.startsWith('urgent') ? gate().passed : hold.passed,
    );
    orchestrator.startWorkers(3);
    for (const [id, priority] of Object.entries({ high: 10, medium: 20, low1: 30, low2: 30, low3: 30 })) {
      await orchestrator.submit(task(id, { priority, steps: 5 }));
      await until(() => workflow.performed.includes(`${id}:1`));
    }
    await orchestrator.submit(task('urgent1', { priority: priorities.CRITICAL }));
    await orchestrator.submit(task('urgent2', { priority: priorities.CRITICAL }));
    for (let round = 0; round < 5; round++) await orchestrator.wakeDue();
    hold.open();
    const awaited = ['low2:5', 'low3:5', 'urgent1:1', 'urgent2:1'];
    await until(() => awaited.every((step) => workflow.performed.includes(step)));
    const runs = workflow.performed;
    expect(runs.indexOf('low3:2')).toBeGreaterThan(runs.indexOf('urgent1:1'));
    expect(runs.indexOf('low2:2')).toBeGreaterThan(runs.indexOf('urgent2:1'));
    for (const kept of ['high', 'medium', 'low1'])
      expect(runs.indexOf(`${kept}:2`)).toBeLessThan(runs.indexOf('low2:2'));
    expect(workflow.mostRunning).toBe(5);
  });

  it('is looked for once, by however many workers [OR-4]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start(() => hold.passed, { maxConcurrent: 1 });
    orchestrator.startWorkers(4);
    await orchestrator.submit(task('medium'));
    await until(() => workflow.running === 1);
    const quiet = async () => {
      for (let turn = 0; turn < 20; turn++) await nextTurn();
    };
    await quiet();
    const look = jest.spyOn(WorkTable.prototype, 'holders');
    try {
      await orchestrator.submit(task('later'));
      await quiet();
      expect(look).toHaveBeenCalledTimes(1);
    } finally {
      look.mockRestore();
      hold.open();
    }
  });

  it('waits for a free slot where it is not urgent enough, or cannot start yet [OR-4]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start(
      (_action, { taskId }) => (taskId === 'medium' ? hold.passed : Promise.resolve()),
      { maxConcurrent: 1 },
    );
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('medium', { steps: 2 }));
    await until(() => workflow.running === 1);
    await orchestrator.submit(task('high', { priority: priorities.HIGH }));
    await orchestrator.submit(task('bound', { priority: priorities.CRITICAL, dependsOn: ['high'] }));
    for (let round = 0; round < 3; round++) await orchestrator.wakeDue();
    hold.open();
    await until(async () => (await orchestrator.stats()).completed === 3);
    expect(workflow.performed).toEqual(['medium:1', 'medium:2', 'high:1', 'bound:1']);
  });
});
