import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type OrchestratorBench, orchestratorBench, stepTask as task } from '../../test/support/orchestrator-bench.ts';
import { Backpressure, type QueueAlert } from './backpressure.ts';

const SECOND = 1000;

/** The codes of what is told when a queue of 100 holds so many, one look a second. */
function told(...counts: number[]): readonly (string | null)[] {
  const backpressure = new Backpressure();
  return counts.map((queued, index) => backpressure.look(queued, 100, index * SECOND)?.code ?? null);
}

describe('the pressure on a queue', () => {
  it('is told once at 80 %, once at 100 %, and is over below 70 % [OR-20]', () => {
    expect(told(0, 79, 80, 95, 100, 100, 99, 70, 69, 0)).toEqual([
      null,
      null,
      'QUEUE_FILLING',
      null,
      'QUEUE_FULL',
      null,
      null,
      null,
      'QUEUE_RELIEVED',
      null,
    ]);
    expect(told(100, 69)).toEqual(['QUEUE_FULL', 'QUEUE_RELIEVED']);
    expect(new Backpressure().look(8, 10, 0)).toEqual({
      code: 'QUEUE_FILLING',
      level: 'warning',
      message: '8 of 10 places of the queue are taken: tasks come faster than they end.',
      queued: 8,
      capacity: 10,
    });
  });

  it('does not flap around a threshold [OR-20]', () => {
    const swings = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 81 : 79));
    expect(told(...swings).filter(Boolean)).toEqual(['QUEUE_FILLING']);
    const full = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 100 : 71));
    expect(told(...full).filter(Boolean)).toEqual(['QUEUE_FULL']);
  });

  it('is told later where the same was told less than 10 s ago, if it still holds then [OR-20]', () => {
    const counts = [80, 0, 80, 80, 80, 80, 80, 80, 80, 80, 80, 80];
    const codes = told(...counts);
    expect(codes.slice(0, 3)).toEqual(['QUEUE_FILLING', 'QUEUE_RELIEVED', null]);
    expect(codes.indexOf('QUEUE_FILLING', 1)).toBe(10);
    expect(told(80, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0).filter(Boolean)).toEqual(['QUEUE_FILLING', 'QUEUE_RELIEVED']);
  });

  it('never tells the same twice within 10 s, nor what does not hold, however the queue moves [OR-20]', () => {
    const looks = fc.array(fc.record({ queued: fc.nat(120), afterMs: fc.nat(4000) }), { maxLength: 200 });
    fc.assert(
      fc.property(looks, (all) => {
        const backpressure = new Backpressure();
        const last = new Map<string, number>();
        let now = 0;
        for (const { queued, afterMs } of all) {
          now += afterMs;
          const alert: QueueAlert | null = backpressure.look(queued, 100, now);
          if (!alert) continue;
          expect(now - (last.get(alert.code) ?? -Infinity)).toBeGreaterThanOrEqual(10_000);
          last.set(alert.code, now);
          if (alert.code === 'QUEUE_FULL') expect(queued).toBeGreaterThanOrEqual(100);
          if (alert.code === 'QUEUE_FILLING') expect(queued).toBeGreaterThanOrEqual(80);
          if (alert.code === 'QUEUE_RELIEVED') expect(queued).toBeLessThan(70);
        }
      }),
    );
  });
});

describe('an orchestrator', () => {
  let bench: OrchestratorBench;

  beforeEach(async () => {
    bench = await orchestratorBench();
  });

  afterEach(() => bench.close());

  it('watches its own queue, tells whoever listens, and outlives a look that fails [OR-20]', async () => {
    const { orchestrator, reports } = await bench.start(undefined, { maxQueue: 5 });
    const alerts: string[] = [];
    const stop = orchestrator.queueWatch.onAlert(({ code }) => alerts.push(code));
    orchestrator.queueWatch.onAlert(() => {
      throw new Error('a listener that fails');
    });
    for (const id of ['a', 'b', 'c', 'd']) await orchestrator.submit(task(id));
    const counts = orchestrator.work.counts.bind(orchestrator.work);
    orchestrator.work.counts = () => Promise.reject(new Error('unreadable'));
    await orchestrator.queueWatch.look();
    expect(alerts).toEqual([]);
    orchestrator.work.counts = counts;
    await orchestrator.queueWatch.look();
    await orchestrator.submit(task('e'));
    await orchestrator.queueWatch.look();
    await orchestrator.queueWatch.look();
    expect(alerts).toEqual(['QUEUE_FILLING', 'QUEUE_FULL']);
    expect(reports.filter((report) => report.includes('queue'))).toHaveLength(3);
    stop();
    for (const id of ['a', 'b', 'c', 'd']) {
      await orchestrator.end(id, [{ eventType: 'TASK_CANCELLED', data: { by: 'user', reason: 'test' } }]);
    }
    await orchestrator.queueWatch.look();
    expect(alerts).toEqual(['QUEUE_FILLING', 'QUEUE_FULL']);
  });
});
