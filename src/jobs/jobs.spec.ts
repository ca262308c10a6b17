import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JobBench, overJob, TestAgent } from '../../test/support/job-bench.ts';
import { TaskGraph } from './graph/task-graph.ts';
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

  it('tries a failing step again up to maxRetries, and is a dead letter then [JB-4]', async () => {
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

  it('is over as soon as its facts say so, wherever it still stands in the queue [JB-7]', async () => {
    const system = await bench.start();
    await system.jobs.create({ jobId: 'j', tasks: chain });
    await until(async () => (await system.jobs.read.why('j')).waitsFor === 'agent');
    await bench.log.events.append('j', [{ eventType: 'JOB_CANCELLED', data: { by: 'ada', reason: 'wrong' } }]);
    const over = { waitsFor: 'nothing', detail: 'It is over.', tasks: [], until: null, steps: [] };
    expect(await system.jobs.read.why('j')).toEqual({ jobId: 'j', status: 'cancelled', ...over });
  });

  it('is ended at once by a person, and its agents drop what they have of it [JB-4]', async () => {
    const system = await bench.start();
    const agent = await TestAgent.register(system, 'one', ['rpn']);
    await system.jobs.create({ jobId: 'j', tasks: chain });
    await until(() => agent.assigned.length === 1);
    expect(await system.jobs.cancel('j', { by: 'ada', reason: 'wrong' })).toMatchObject({ changed: true });
    expect(await system.jobs.cancel('j', { by: 'ada', reason: 'wrong' })).toMatchObject({ changed: false });
    await until(() => agent.cancelled.length === 1);
    const [message] = agent.assigned;
    if (!message) throw new Error('nothing was assigned');
    expect(agent.cancelled).toEqual([message.security.lease]);
    await expect(agent.done(message, 3)).rejects.toMatchObject({ code: 'JOBS_LEASE_LOST' });
    expect(await system.jobs.read.get('j')).toMatchObject({ status: 'cancelled', error: { reason: 'wrong' } });
    expect((await bench.typesOf('j')).slice(-2)).toEqual(['JOB_CANCELLED', 'STEP_RESULT_REFUSED']);
  });

  it('is looked at among the dead letters, retried without doing again what is done, or dropped [JB-4]', async () => {
    const system = await bench.start();
    let isBroken = true;
    const agent = await TestAgent.register(system, 'one', ['rpn'], {
      does: (message, self) =>
        message.context.stepId === 'b' && isBroken ? self.failed(message, 'broken', false) : self.done(message, 3),
    });
    await system.jobs.create({ jobId: 'j', tasks: chain });
    await system.jobs.create({ jobId: 'other', tasks: chain });
    await overJob(system, 'j');
    await overJob(system, 'other');
    expect((await system.jobs.read.deadLetters({ limit: 1 })).nextOffset).toBe(1);
    expect((await system.jobs.drop('other', { by: 'ada', reason: 'not needed' })).deadLetter).toBe(false);
    expect((await system.jobs.read.deadLetters()).jobs.map(({ jobId }) => jobId)).toEqual(['j']);
    isBroken = false;
    await system.jobs.retry('j', { by: 'ada' });
    expect(await overJob(system, 'j')).toMatchObject({ status: 'done', retries: 1, deadLetter: false });
    const ofJob = agent.assigned.filter(({ context }) => context.jobId === 'j').map(({ context }) => context.stepId);
    expect(ofJob).toEqual(['a', 'b', 'b']);
    await expect(system.jobs.retry('j', { by: 'ada' })).rejects.toMatchObject({ code: 'JOBS_JOB_STATE' });
    await expect(system.jobs.drop('j', { by: 'ada', reason: '' })).rejects.toMatchObject({ code: 'JOBS_JOB_STATE' });
    expect((await system.jobs.read.deadLetters()).jobs).toEqual([]);
  });

  it('goes on after a crash from where its events stand, also with an answer that was still to come [JB-4, OR-16]', async () => {
    const first = await bench.start();
    const agent = await TestAgent.register(first, 'one', ['rpn']);
    await first.jobs.create({ jobId: 'j', tasks: chain });
    await until(() => agent.assigned.length === 1);
    await bench.stop();
    const next = await bench.start();
    const same = agent.at(next);
    const [message] = agent.assigned;
    if (!message) throw new Error('nothing was assigned');
    expect(await same.connect([message.security.lease ?? ''])).toEqual([]);
    await same.done(message, 3);
    await until(() => same.assigned.length === 1);
    expect(same.assigned[0]?.payload.params).toEqual({ expression: '3 2 *' });
    await same.done(same.assigned[0] ?? message, 6);
    expect(await overJob(next, 'j')).toMatchObject({ status: 'done', result: 6 });
    expect((await bench.typesOf('j')).filter((type) => type === 'STEP_ASSIGNED')).toHaveLength(2);
  });

  it('is listed by status, page by page, apart from tasks [JB-5]', async () => {
    const system = await bench.start();
    for (const jobId of ['j1', 'j2', 'j3']) await system.jobs.create({ jobId, tasks: chain });
    await system.jobs.cancel('j2', { by: 'ada', reason: '' });
    const { read } = system.jobs;
    expect((await read.list()).jobs.map(({ jobId }) => jobId)).toEqual(['j3', 'j2', 'j1']);
    expect((await read.list({ status: 'cancelled' })).jobs.map(({ jobId }) => jobId)).toEqual(['j2']);
    const page = await read.list({ limit: 2 });
    expect(page).toMatchObject({ nextOffset: 2, jobs: [{ jobId: 'j3' }, { jobId: 'j2' }] });
    expect(await read.list({ offset: 2 })).toMatchObject({ nextOffset: null, jobs: [{ jobId: 'j1' }] });
    await expect(read.get('none')).rejects.toMatchObject({ code: 'JOBS_JOB_NOT_FOUND', kind: 'notFound' });
  });

  it('is refused with all that is wrong, and then nothing is made [JB-5]', async () => {
    const system = await bench.start();
    const wrong = [
      { tasks: [] },
      {},
      { tasks: chain, request: 'what is 3 plus 4' },
      { intent: 'calculate', request: 'what is 3 plus 4' },
      { tasks: [{ id: 'a', action: 'rpn', dependsOn: ['b'] }] },
      { request: 'x'.repeat(10_001) },
      { tasks: Array.from({ length: 1001 }, (_, index) => ({ id: `s${index}`, action: 'rpn' })) },
    ];
    for (const job of wrong) await expect(system.jobs.create(job)).rejects.toMatchObject({ kind: 'invalid' });
    const circle = [
      { id: 'a', action: 'rpn', dependsOn: ['b'] },
      { id: 'b', action: 'rpn', dependsOn: ['a'] },
    ];
    await expect(system.jobs.create({ tasks: circle })).rejects.toThrow('a → b → a');
    await system.jobs.create({ jobId: 'j', tasks: chain });
    await expect(system.jobs.create({ jobId: 'j', tasks: chain })).rejects.toMatchObject({ kind: 'conflict' });
    expect((await system.jobs.read.list()).jobs).toHaveLength(1);
  });

  it('lets a model plan what rules leave to it, once it has a slot [JB-3]', async () => {
    const planner = { plan: () => Promise.resolve(null), check: () => [] };
    const system = await bench.start({
      planner,
      plan: ({ request }) =>
        request === 'nonsense'
          ? Promise.reject(new Error('it means nothing'))
          : Promise.resolve({ intent: 'sum', steps: TaskGraph.build(chain).steps, by: 'model' }),
      capabilities: ['rpn'],
      run: () => Promise.resolve({ ok: true, result: 7 }),
    });
    await system.jobs.create({ jobId: 'j', request: 'add it up' });
    expect(await overJob(system, 'j')).toMatchObject({ status: 'done', intent: 'sum', result: 7 });
    await system.jobs.create({ jobId: 'k', request: 'nonsense' });
    expect(await overJob(system, 'k')).toMatchObject({ status: 'failed', error: { reason: 'it means nothing' } });
  });
});
