import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JobBench, overJob, TestAgent } from '../../test/support/job-bench.ts';
import { until } from '../../test/support/orchestrator-bench.ts';

let bench: JobBench;

beforeEach(async () => {
  bench = await JobBench.open();
});

afterEach(() => bench.close());

const chain = [
  { id: 'a', action: 'rpn', params: { expression: '1 2 +' } },
  { id: 'b', action: 'rpn', params: { expression: '{{steps.a.result}} 2 *' }, dependsOn: ['a'] },
];

describe('a job (JB-4, JB-7)', () => {
  it('runs each step once the ones before have ended, with their results filled in [JB-7]', async () => {
    const system = await bench.start();
    const agent = await TestAgent.register(system, 'one', ['rpn'], {
      does: (message, self) => self.done(message, message.payload.params.expression === '1 2 +' ? 3 : 6),
    });
    await system.jobs.create({ jobId: 'j', tasks: chain });
    const job = await overJob(system, 'j');
    expect(job).toMatchObject({ status: 'done', result: 6, progress: 1 });
    expect(agent.assigned.map(({ payload }) => payload.params.expression)).toEqual(['1 2 +', '3 2 *']);
    expect(await bench.typesOf('j')).toEqual([
      'JOB_CREATED',
      'JOB_STARTED',
      'STEP_DISCOVERED',
      'STEP_OFFERED',
      'STEP_ASSIGNED',
      'STEP_DONE',
      'STEP_DISCOVERED',
      'STEP_OFFERED',
      'STEP_ASSIGNED',
      'STEP_DONE',
      'JOB_DONE',
    ]);
  });

  it('tries a failing step again with growing pauses, up to maxRetries, and is a dead letter then [JB-4]', async () => {
    const system = await bench.start();
    const agent = await TestAgent.register(system, 'one', ['rpn'], { does: (message, self) => self.failed(message) });
    await system.jobs.create({ jobId: 'j', tasks: chain, maxRetries: 2 });
    const job = await overJob(system, 'j');
    expect(job).toMatchObject({ status: 'failed', deadLetter: true, error: { code: 'TEST_FAILURE' } });
    expect(agent.assigned).toHaveLength(3);
    expect(job.steps.map(({ phase, error }) => [phase, error?.code])).toEqual([
      ['failed', 'TEST_FAILURE'],
      ['failed', 'DEPENDENCY_FAILED'],
    ]);
    expect((await system.jobs.read.deadLetters()).jobs.map(({ jobId }) => jobId)).toEqual(['j']);
    const pauses = (await bench.eventsOf('j')).flatMap((event) =>
      event.eventType === 'STEP_FAILED' && event.data.retryAt
        ? [Date.parse(event.data.retryAt) - Date.parse(event.timestamp)]
        : [],
    );
    expect(pauses.map((pause) => Math.round(pause / 5))).toEqual([1, 2]);
  });

  it('waits for an agent that can, and says so [JB-7]', async () => {
    const system = await bench.start();
    await system.jobs.create({ jobId: 'j', tasks: chain });
    await until(async () => (await system.jobs.read.get('j')).status === 'running');
    expect(await system.jobs.read.why('j')).toMatchObject({
      waitsFor: 'agent',
      detail: 'Step a: No agent that is there can rpn: connect one that can.',
      steps: [{ step: 'a', waitsFor: 'agent' }],
    });
    await TestAgent.register(system, 'one', ['rpn'], { does: (message, self) => self.done(message, 3) });
    expect(await overJob(system, 'j')).toMatchObject({ status: 'done' });
  });
});
