import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JobBench, overJob, TestAgent } from '../../../test/support/job-bench.ts';
import { until } from '../../../test/support/orchestrator-bench.ts';
import type { Json } from '../../kernel/json.ts';
import type { JobSystem } from '../job-system.ts';

let bench: JobBench;
let system: JobSystem;
let agent: TestAgent;

beforeEach(async () => {
  bench = await JobBench.open();
  system = await bench.start({ defaults: { approvals: { pay: 2 } } });
  agent = await TestAgent.register(system, 'one', ['rpn', 'pay'], {
    maxConcurrent: 100,
    does: (message, self) => self.done(message, message.payload.params.amount ?? null),
  });
});

afterEach(() => bench.close());

async function questions(count: number) {
  await until(async () => (await system.approvals.list()).length === count);
  return system.approvals.list();
}

describe('approvals (JB-8; unit list 11.2)', () => {
  it('hold a step until two different people have approved it, as its action asks for', async () => {
    await system.jobs.create({ jobId: 'j', tasks: [{ id: 'a', action: 'pay', params: { amount: 7 } }] });
    const [question] = await questions(1);
    if (!question) throw new Error('nothing was asked');
    const { approvalId, hash } = question;
    expect(question).toMatchObject({ jobId: 'j', step: 'a', needed: 2, params: { amount: 7 }, status: 'open' });
    expect(await system.jobs.read.why('j')).toMatchObject({ waitsFor: 'approval' });
    const say = (by: string) => system.approvals.decide(approvalId, { decision: 'approve', hash, by });
    expect(await say('ada')).toMatchObject({ status: 'open', approvedBy: ['ada'] });
    await expect(say('ada')).rejects.toMatchObject({ code: 'JOBS_APPROVAL_SAME_PERSON' });
    expect(agent.assigned).toEqual([]);
    expect(await say('bob')).toMatchObject({ status: 'approved', approvedBy: ['ada', 'bob'] });
    expect(await overJob(system, 'j')).toMatchObject({ status: 'done', result: 7 });
    await expect(say('eve')).rejects.toMatchObject({ code: 'JOBS_APPROVAL_OVER' });
  });

  it('are bound to what was seen: what has changed is asked anew, and the old word does not count', async () => {
    const tasks = [{ id: 'a', action: 'rpn', approvals: 1, params: { amount: 7 } }];
    await system.jobs.create({ jobId: 'j', tasks });
    const [before] = await questions(1);
    if (!before) throw new Error('nothing was asked');
    await system.jobs.editStep('j', 'a', { params: { amount: 700 }, by: 'eve' });
    const [now] = await questions(1);
    if (!now) throw new Error('nothing was asked');
    expect(now.approvalId).not.toBe(before.approvalId);
    const old = system.approvals.decide(before.approvalId, { decision: 'approve', hash: before.hash, by: 'ada' });
    await expect(old).rejects.toMatchObject({ code: 'JOBS_APPROVAL_OVER' });
    const unseen = system.approvals.decide(now.approvalId, { decision: 'approve', hash: before.hash, by: 'ada' });
    await expect(unseen).rejects.toMatchObject({ code: 'JOBS_APPROVAL_CHANGED' });
    await system.approvals.decide(now.approvalId, { decision: 'approve', hash: now.hash, by: 'ada' });
    expect(await overJob(system, 'j')).toMatchObject({ status: 'done', result: 700 });
    await expect(system.jobs.editStep('j', 'a', { by: 'eve' })).rejects.toMatchObject({ code: 'JOBS_JOB_STATE' });
  });

  it('can want to be told something, which later steps have: text, a number, or one of some choices', async () => {
    const asks = (id: string, answer: Json, people = 1) => ({
      id,
      action: 'approval',
      params: { question: `${id}?`, people, answer },
    });
    const tasks = [
      asks('who', { type: 'text' }),
      asks('amount', { type: 'number' }, 2),
      asks('colour', { type: 'choice', choices: ['blue', 'red'] }),
      { id: 'a', action: 'rpn', dependsOn: ['amount'], params: { amount: '{{steps.amount.result.answer}}' } },
    ];
    await system.jobs.create({ jobId: 'j', tasks });
    const asked = new Map((await questions(3)).map((question) => [question.step, question]));
    const say = (step: string, by: string, answer?: string) => {
      const { approvalId = '', hash = '' } = asked.get(step) ?? {};
      return system.approvals.decide(approvalId, { decision: 'approve', hash, by, answer });
    };
    const wrong = { code: 'INVALID_INPUT', message: expect.stringContaining('answer') };
    for (const answer of [undefined, ' ']) await expect(say('who', 'ada', answer)).rejects.toMatchObject(wrong);
    for (const answer of [undefined, '', 'much', 'NaN', '1e999']) {
      await expect(say('amount', 'ada', answer)).rejects.toMatchObject(wrong);
    }
    await expect(say('colour', 'ada', 'green')).rejects.toThrow(/one of "blue", "red"/);
    expect((await system.approvals.list()).map(({ approvedBy }) => approvedBy)).toEqual([[], [], []]);
    expect(await say('who', 'ada', ' Grace Hopper ')).toMatchObject({ answer: 'Grace Hopper', status: 'approved' });
    expect(await say('colour', 'ada', 'red')).toMatchObject({ answer: 'red' });
    expect(await say('amount', 'ada', '4711')).toMatchObject({ answer: 4711, status: 'open' });
    await expect(say('amount', 'bob', '4712')).rejects.toThrow(/not what ada said \(4711\): agree on one/);
    expect(await say('amount', 'bob', '4711.0')).toMatchObject({ answer: 4711, status: 'approved' });
    const job = await overJob(system, 'j');
    expect(job).toMatchObject({ status: 'done' });
    expect(job.steps.find(({ id }) => id === 'a')?.result).toBe(4711);
    expect(job.steps.find(({ id }) => id === 'amount')?.result).toEqual({
      approved: true,
      by: ['ada', 'bob'],
      reason: null,
      answer: 4711,
    });
  });

  it('are told nothing that they do not want to know', async () => {
    const tasks = [{ id: 'a', action: 'rpn', approvals: 1, params: { amount: 1, answer: { type: 'text' } } }];
    await system.jobs.create({ jobId: 'j', tasks });
    const [question] = await questions(1);
    const { approvalId = '', hash = '' } = question ?? {};
    const told = system.approvals.decide(approvalId, { decision: 'approve', hash, by: 'ada', answer: 'x' });
    await expect(told).rejects.toThrow(/is not wanted: leave it out/);
    await system.approvals.decide(approvalId, { decision: 'approve', hash, by: 'ada' });
    expect(await overJob(system, 'j')).toMatchObject({ status: 'done', result: 1 });
  });

  it('fail a step that is refused, for good, with the reason', async () => {
    await system.jobs.create({ jobId: 'j', tasks: [{ id: 'a', action: 'rpn', approvals: 1 }] });
    const [question] = await questions(1);
    if (!question) throw new Error('nothing was asked');
    const { approvalId, hash } = question;
    const refused = await system.approvals.decide(approvalId, {
      decision: 'refuse',
      hash,
      by: 'ada',
      reason: 'too dear',
    });
    expect(refused.status).toBe('refused');
    expect(await overJob(system, 'j')).toMatchObject({
      status: 'failed',
      error: { reason: 'Step a: ada refused it: too dear' },
    });
    expect(agent.assigned).toEqual([]);
    await expect(system.approvals.get('none')).rejects.toMatchObject({ code: 'JOBS_APPROVAL_NOT_FOUND' });
  });

  it('can be a step of their own, whose result says who agreed', async () => {
    await system.jobs.create({ jobId: 'j', tasks: [{ id: 'ask', action: 'approval', params: { question: 'Go?' } }] });
    const [question] = await questions(1);
    if (!question) throw new Error('nothing was asked');
    await system.approvals.decide(question.approvalId, { decision: 'approve', hash: question.hash, by: 'ada' });
    expect(await overJob(system, 'j')).toMatchObject({ result: { approved: true, by: ['ada'], reason: null } });
  });

  it('answered all at once and in every order let each step run once, for the right answer', async () => {
    const tasks = Array.from({ length: 12 }, (_, index) => ({
      id: `s${index}`,
      action: 'pay',
      params: { amount: index },
      dependsOn: [],
    }));
    await system.jobs.create({ jobId: 'j', tasks, maxRetries: 0 });
    const open = await questions(12);
    const words = open.flatMap((question) => ['ada', 'bob'].map((by) => ({ question, by })));
    const [shuffled] = fc.sample(fc.shuffledSubarray(words, { minLength: words.length }), 1);
    const refused = new Set(['s3', 's8']);
    await Promise.allSettled(
      (shuffled ?? []).map(({ question: { approvalId, hash, step }, by }) =>
        system.approvals.decide(approvalId, { decision: refused.has(step) ? 'refuse' : 'approve', hash, by }),
      ),
    );
    const job = await overJob(system, 'j');
    expect(job.status).toBe('failed');
    const ran = agent.assigned.map(({ context }) => context.stepId ?? '').sort();
    expect(ran).toEqual(
      tasks
        .map(({ id }) => id)
        .filter((id) => !refused.has(id))
        .sort(),
    );
    for (const { id, phase, result } of job.steps) {
      expect([id, phase, result]).toEqual(
        refused.has(id) ? [id, 'failed', undefined] : [id, 'done', Number(id.slice(1))],
      );
    }
  });
});
