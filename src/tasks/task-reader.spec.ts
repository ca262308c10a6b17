import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type OrchestratorBench, orchestratorBench, stepTask } from '../../test/support/orchestrator-bench.ts';
import { TaskIndex } from './search/task-index.ts';
import { TaskReader } from './task-reader.ts';

let bench: OrchestratorBench;

beforeEach(async () => {
  bench = await orchestratorBench();
});

afterEach(() => bench.close());

it('says of a task that it is over as soon as its facts say so, wherever it still stands in the queue [OR-4]', async () => {
  const { events, database } = bench.log;
  const { orchestrator } = await bench.start(() => Promise.resolve());
  const reader = new TaskReader(events, orchestrator, await TaskIndex.open(database), () => undefined);
  // Nobody takes it from the queue.
  await orchestrator.submit(stepTask('a'));
  expect(await reader.why('a')).toMatchObject({ waitsFor: 'slot' });
  await events.append('a', [{ eventType: 'TASK_CANCELLED', data: { by: 'ada', reason: 'wrong' } }]);
  const over = { waitsFor: 'nothing', detail: 'It is over.', tasks: [], until: null };
  expect(await reader.why('a')).toEqual({ taskId: 'a', status: 'cancelled', ...over });
});
