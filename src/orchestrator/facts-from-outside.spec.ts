import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type EventDraft } from '../events/index.ts';
import { toTimestamp } from '../kernel/clock.ts';
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

const note = (text: string): EventDraft => ({ eventType: 'TEST_NOTE', data: { text } });

describe('facts that come from outside a run', () => {
  it('end no wait when they are only noted, but bring its end forward [OR-30]', async () => {
    let now = Date.now();
    const { orchestrator } = await bench.start(undefined, { clock: () => now });
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('t', { drafts: [...task('t').drafts, note('wait')] }));
    await until(async () => (await orchestrator.why('t'))?.waitsFor === 'answer');
    await orchestrator.note('t', [note('go')], { wakeBy: toTimestamp(now + 60_000) });
    await orchestrator.note('t', [note('go')], { wakeBy: toTimestamp(now + 90_000) });
    expect(await orchestrator.why('t')).toMatchObject({ waitsFor: 'answer', until: toTimestamp(now + 60_000) });
    await orchestrator.wakeDue();
    expect((await orchestrator.stats()).completed).toBe(0);
    now += 60_000;
    await orchestrator.wakeDue();
    await until(async () => (await orchestrator.stats()).completed === 1);
  });

  it('make a task that is over ready again, where its workflow knows them to [OR-30, JB-5]', async () => {
    const { orchestrator } = await bench.start();
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(async () => (await orchestrator.work.find('t'))?.status === 'done');
    await orchestrator.reopen('t', [note('again')]);
    // This workflow absorbs all that comes late, so it is over again at once.
    await until(async () => (await orchestrator.stats()).completed === 2);
    expect(await bench.typesOf('t')).toEqual(['TEST_TASK', 'TEST_STEP_DONE', 'TASK_COMPLETE', 'TEST_NOTE']);
  });

  it('leave the tasks of another workflow out of its lists [OR-30]', async () => {
    const { orchestrator } = await bench.start();
    await orchestrator.submit(task('t'));
    expect(await orchestrator.work.unfinished('steps', 10)).toEqual(['t']);
    expect(await orchestrator.work.unfinished('other', 10)).toEqual([]);
    expect(await orchestrator.work.newest('other', null, 10)).toEqual([]);
  });
});
