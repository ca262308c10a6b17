import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  gate,
  orchestratorBench,
  type OrchestratorBench,
  stepTask,
  until,
} from '../../test/support/orchestrator-bench.ts';

describe('a slot to spare', () => {
  let bench: OrchestratorBench;
  beforeEach(async () => {
    bench = await orchestratorBench();
  });
  afterEach(() => bench.close());

  it('is there at once while nothing runs, and no more while every slot is taken or wanted [TK-10]', async () => {
    const gates = new Map(['one', 'two'].map((taskId) => [taskId, gate()]));
    const { orchestrator, workflow } = await bench.start((_action, { taskId }) => gates.get(taskId)!.passed, {
      maxConcurrent: 1,
    });
    expect(await orchestrator.hasSlotToSpare()).toBe(true);
    orchestrator.startWorkers(1);
    await orchestrator.submit(stepTask('one'));
    await until(() => workflow.running === 1);
    await orchestrator.submit(stepTask('two'));
    const over = orchestrator.taskOver();
    let spared: boolean | null = null;
    const asked = orchestrator.hasSlotToSpare().then((answer) => (spared = answer));
    gates.get('one')!.open();
    await over;
    await until(() => workflow.performed.includes('two:1'));
    expect(spared).toBeNull();
    gates.get('two')!.open();
    await asked;
    expect(spared).toBe(true);
    expect(await bench.typesOf('two')).toContain('TASK_COMPLETE');
  });

  it('is not waited for when the orchestrator stops', async () => {
    const { orchestrator, workflow } = await bench.start(
      (_action, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      { maxConcurrent: 1 },
    );
    orchestrator.startWorkers(1);
    await orchestrator.submit(stepTask('one'));
    await until(() => workflow.running === 1);
    const asked = orchestrator.hasSlotToSpare();
    await orchestrator.shutdown({ graceMs: 0 });
    expect(await asked).toBe(false);
  });
});
