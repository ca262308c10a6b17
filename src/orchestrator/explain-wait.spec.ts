import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  gate,
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

describe('why a task does not go on', () => {
  it('is told while it runs, while it waits for a slot, and when it is over [OR-4]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start(() => hold.passed, { maxConcurrent: 1 });
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('first'));
    await until(() => workflow.running === 1);
    await orchestrator.submit(task('third', { priority: 20 }));
    await orchestrator.submit(task('second', { priority: 10 }));
    expect(await orchestrator.why('first')).toMatchObject({ waitsFor: 'nothing', detail: 'It runs.', tasks: [] });
    expect(await orchestrator.why('second')).toEqual({
      waitsFor: 'slot',
      detail: 'It is the next to get a slot; 1 of 1 slots are taken.',
      tasks: ['first'],
      until: null,
    });
    expect(await orchestrator.why('third')).toMatchObject({
      detail: 'Ready tasks that get a slot before it: 1; 1 of 1 slots are taken.',
    });
    hold.open();
    await until(async () => (await orchestrator.stats()).completed === 3);
    expect(await orchestrator.why('third')).toMatchObject({ waitsFor: 'nothing', detail: 'It is over.' });
    expect(await orchestrator.why('unknown')).toBeNull();
  });

  it('names the tasks that have to end before it, known or not yet [OR-13]', async () => {
    const { orchestrator } = await bench.start();
    await orchestrator.submit(task('known'));
    await orchestrator.submit(task('bound', { dependsOn: ['known', 'yet-to-come'] }));
    expect(await orchestrator.why('bound')).toEqual({
      waitsFor: 'dependency',
      detail: 'It starts when known and yet-to-come have ended.',
      tasks: ['known', 'yet-to-come'],
      until: null,
    });
    orchestrator.startWorkers(1);
    await until(async () => (await orchestrator.stats()).completed === 1);
    expect(await orchestrator.why('bound')).toMatchObject({
      waitsFor: 'dependency',
      detail: 'It starts when yet-to-come has ended.',
    });
  });

  it('tells whose answer is awaited, and that a server going down will go on later [OR-14]', async () => {
    const { orchestrator } = await bench.start();
    orchestrator.startWorkers(1);
    await orchestrator.submit({
      ...task('asking'),
      drafts: [
        { eventType: 'TEST_TASK', data: { steps: 1, parallel: false } },
        { eventType: 'TEST_NOTE', data: { text: 'wait' } },
      ],
    });
    await until(async () => (await orchestrator.why('asking'))?.waitsFor === 'answer');
    expect(await orchestrator.why('asking')).toMatchObject({ detail: 'a test waits', tasks: [], until: null });
    await orchestrator.submit(task('bound', { dependsOn: ['asking'] }));
    await orchestrator.shutdown({ graceMs: 0 });
    await orchestrator.end('asking', [{ eventType: 'TASK_CANCELLED', data: { by: 'user', reason: 'test' } }]);
    expect(await orchestrator.why('bound')).toMatchObject({
      waitsFor: 'slot',
      detail: 'The server shuts down: it goes on after the next start.',
    });
  });
});
