import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JobBench, overJob, TestAgent } from '../../../test/support/job-bench.ts';
import { gate, until } from '../../../test/support/orchestrator-bench.ts';
import { newId } from '../../kernel/ids.ts';
import { agentStream } from './agent-registry.ts';
import type { ChooseAgent } from './dispatcher.ts';

let bench: JobBench;

beforeEach(async () => {
  bench = await JobBench.open();
});

afterEach(() => bench.close());

const one = [{ id: 'a', action: 'rpn' }];

describe('agents (JB-6; unit lists 2.3, 2.5 and 11.1)', () => {
  it('are registered with a key that is shown once and kept as a hash [JB-6]', async () => {
    const system = await bench.start({ capabilities: ['http'] });
    const { key, agent } = await system.agents.register({
      agentId: 'desk',
      host: 'h',
      os: 'linux',
      capabilities: ['rpn', 'rpn'],
      maxConcurrent: 2,
    });
    expect(agent).toMatchObject({ agentId: 'desk', status: 'live', present: false, capabilities: ['rpn'], holding: 0 });
    expect(JSON.stringify(await bench.log.events.getEvents(agentStream('desk')))).not.toContain(key);
    expect(await system.agents.authenticate('desk', key)).toMatchObject({ agentId: 'desk' });
    for (const [id, wrong] of [
      ['desk', `${key}x`],
      ['desk', ''],
      ['nobody', key],
    ] as const) {
      await expect(system.agents.authenticate(id, wrong)).rejects.toMatchObject({ code: 'JOBS_AGENT_KEY' });
    }
    expect((await system.agents.list()).map(({ agentId }) => agentId)).toEqual(['local', 'desk']);
    for (const agentId of ['desk', 'local']) {
      const again = system.agents.register({ agentId, host: 'h', os: 'o', capabilities: ['rpn'] });
      await expect(again).rejects.toMatchObject({ code: 'JOBS_AGENT_ID_TAKEN' });
    }
    const useless = system.agents.register({ host: 'h', os: 'o', capabilities: [] });
    await expect(useless).rejects.toMatchObject({ kind: 'invalid' });
    await expect(system.agents.get('nobody')).rejects.toMatchObject({ kind: 'notFound' });
  });

  it('are known again after a restart, and gone for good once they are deleted [JB-6]', async () => {
    const first = await bench.start();
    const agent = await TestAgent.register(first, 'desk', ['rpn']);
    const other = await TestAgent.register(first, 'other', ['rpn']);
    await first.agents.remove('other', 'ada');
    expect(other.closed).toEqual(['AGENT_DELETED']);
    await bench.stop();
    const next = await bench.start();
    expect(await next.agents.authenticate('desk', agent.key)).toMatchObject({ status: 'live' });
    const late = next.agents.authenticate('other', other.key);
    await expect(late).rejects.toThrow('The key given is not that of agent "other"');
    await expect(next.agents.remove('other', 'ada')).rejects.toMatchObject({ code: 'JOBS_AGENT_NOT_FOUND' });
  });

  it('share the steps by what they can and how busy they are: discover, offer, assign [JB-7]', async () => {
    const system = await bench.start();
    const agents = [
      await TestAgent.register(system, 'big', ['rpn', 'gpu'], { maxConcurrent: 4 }),
      await TestAgent.register(system, 'small', ['rpn']),
      await TestAgent.register(system, 'mail', ['send_mail'], { maxConcurrent: 9 }),
    ];
    await system.jobs.create({
      jobId: 'j',
      tasks: Array.from({ length: 4 }, (_, step) => ({ id: `s${step}`, action: 'rpn' })),
    });
    await until(() => agents.reduce((sum, { assigned }) => sum + assigned.length, 0) === 4);
    expect(agents.map(({ assigned }) => assigned.length)).toEqual([3, 1, 0]);
    await system.jobs.create({ jobId: 'k', tasks: [{ id: 'g', action: 'rpn', capabilities: ['gpu'] }] });
    await until(() => agents[0]?.assigned.length === 4);
    const offered = (await bench.eventsOf('k')).find(({ eventType }) => eventType === 'STEP_OFFERED');
    expect(offered?.data).toMatchObject({ offers: [{ agentId: 'big', load: 0.75 }] });
    expect(await system.jobs.read.why('k')).toMatchObject({
      waitsFor: 'agent',
      detail: expect.stringContaining('big'),
    });
    await system.jobs.create({ jobId: 'l', tasks: [{ id: 'g', action: 'rpn' }] });
    await until(async () => (await system.jobs.read.get('l')).status === 'running');
    expect((await system.jobs.read.why('l')).detail).toBe(
      'Step g: Agents that can rpn are busy: big and small. It is next in line when one has room.',
    );
  });

  it('are chosen by somebody else where that is wanted, as long as the choice is an offer [JB-7]', async () => {
    const choices = ['two', 'nobody', 'broken'];
    const choose: ChooseAgent = () => {
      const agentId = choices.shift() ?? null;
      return agentId === 'broken'
        ? Promise.reject(new Error('out of order'))
        : Promise.resolve({ agentId, because: 'so' });
    };
    const system = await bench.start({ choose: () => choose });
    const first = await TestAgent.register(system, 'one', ['rpn'], { does: (message, self) => self.done(message) });
    const second = await TestAgent.register(system, 'two', ['rpn'], { does: (message, self) => self.done(message) });
    for (const jobId of ['j', 'k', 'l']) {
      await system.jobs.create({ jobId, tasks: one });
      await overJob(system, jobId);
    }
    expect(first.assigned.length + second.assigned.length).toBe(3);
    const chosen = async (jobId: string) =>
      (await bench.eventsOf(jobId)).find(({ eventType }) => eventType === 'STEP_ASSIGNED')?.data;
    expect(await chosen('j')).toMatchObject({ agentId: 'two', chosenBy: 'model', because: 'so' });
    expect(await chosen('k')).toMatchObject({
      chosenBy: 'load',
      because: 'It chose nobody, which did not offer itself.',
    });
    expect(await chosen('l')).toMatchObject({ chosenBy: 'load', because: 'out of order' });
  });

  it('are lost after three missed heartbeats; what they had goes to others, and what they still say is refused [JB-6]', async () => {
    let now = Date.now();
    const system = await bench.start({ heartbeatMs: 100, clock: () => now });
    const frozen = await TestAgent.register(system, 'frozen', ['rpn']);
    await system.jobs.create({ jobId: 'j', tasks: one });
    await until(() => frozen.assigned.length === 1);
    const [message] = frozen.assigned;
    if (!message) throw new Error('nothing was assigned');
    for (let step = 0; step < 3; step++) {
      now += 90;
      await system.agents.heartbeat('frozen');
    }
    expect((await system.agents.get('frozen')).status).toBe('live');
    // Time goes on in small steps, as it does for a process that is not held up itself.
    await until(async () => {
      now += 20;
      return (await system.agents.get('frozen')).status === 'lost';
    });
    expect(frozen.closed).toEqual(['AGENT_LOST']);
    const other = await TestAgent.register(system, 'other', ['rpn'], {
      does: (given, self) => self.done(given, 'right'),
    });
    expect(await overJob(system, 'j')).toMatchObject({ status: 'done', result: 'right' });
    await expect(frozen.done(message, 'late')).rejects.toMatchObject({ code: 'JOBS_LEASE_LOST' });
    expect(other.assigned).toHaveLength(1);
    const types = await bench.typesOf('j');
    expect(types.filter((type) => type === 'STEP_DONE')).toHaveLength(1);
    expect(types.slice(-2)).toEqual(['JOB_DONE', 'STEP_RESULT_REFUSED']);
    expect(await frozen.connect([message.security.lease ?? ''])).toEqual([message.security.lease]);
    expect((await system.agents.get('frozen')).status).toBe('live');
  });

  it('may say the same twice, and nothing for others [JB-6]', async () => {
    const system = await bench.start();
    const agent = await TestAgent.register(system, 'one', ['rpn']);
    const other = await TestAgent.register(system, 'two', ['mail']);
    await system.jobs.create({ jobId: 'j', tasks: one });
    await until(() => agent.assigned.length === 1);
    const [message] = agent.assigned;
    if (!message) throw new Error('nothing was assigned');
    await expect(other.done(message, 'wrong')).rejects.toMatchObject({ code: 'JOBS_LEASE_LOST' });
    const inform = agent.messages.reply(message, 'inform', { progress: 0.5, text: 'half' });
    expect(await system.work.receive('one', inform)).toEqual({ routedTo: 'step' });
    expect((await system.jobs.read.get('j')).steps[0]).toMatchObject({ progress: 0.5, said: 'half' });
    await agent.done(message, 'right');
    await agent.done(message, 'right');
    await agent.failed(message);
    expect(await overJob(system, 'j')).toMatchObject({ status: 'done', result: 'right' });
    expect((await bench.typesOf('j')).filter((type) => type === 'STEP_DONE')).toHaveLength(1);
    await expect(system.work.receive('two', inform)).rejects.toMatchObject({ code: 'JOBS_AGENT_KEY' });
  });

  it('have messages of every other type kept, and steps that they give back looked for others [JB-6]', async () => {
    const system = await bench.start();
    const agent = await TestAgent.register(system, 'one', ['rpn']);
    const parts = { to: 'taskloom', intent: 'hello' };
    const proposal = agent.messages.make('propose', { ...parts, payload: { proposal: 'later' } });
    expect(await system.work.receive('one', proposal)).toEqual({ routedTo: 'agent' });
    const kept = (await bench.log.events.getEvents(agentStream('one'))).at(-1);
    expect(kept).toMatchObject({ eventType: 'AGENT_SAID', data: { message: { type: 'propose' } } });
    await system.jobs.create({ jobId: 'j', tasks: one });
    await until(() => agent.assigned.length === 1);
    const [message] = agent.assigned;
    if (!message) throw new Error('nothing was assigned');
    system.work.leaving('one');
    await system.work.receive('one', agent.messages.reply(message, 'refuse', { reason: 'going home' }));
    await TestAgent.register(system, 'two', ['rpn'], { does: (given, self) => self.done(given, 'two') });
    expect(await overJob(system, 'j')).toMatchObject({ status: 'done', result: 'two' });
    const unknown = agent.messages.make('done', {
      ...parts,
      payload: { result: 1 },
      inReplyTo: newId(),
      lease: newId(),
    });
    await expect(system.work.receive('one', unknown)).rejects.toMatchObject({ code: 'JOBS_LEASE_LOST' });
  });

  it('that come back without a step have it looked for anew [JB-6]', async () => {
    const system = await bench.start();
    const agent = await TestAgent.register(system, 'one', ['rpn']);
    await system.jobs.create({ jobId: 'j', tasks: one });
    await until(() => agent.assigned.length === 1);
    await agent.connect([]);
    await until(() => agent.assigned.length === 2);
    const [first, second] = agent.assigned;
    if (!first || !second) throw new Error('nothing was assigned');
    await expect(agent.done(first)).rejects.toMatchObject({ code: 'JOBS_LEASE_LOST' });
    await agent.done(second, 2);
    expect(await overJob(system, 'j')).toMatchObject({ status: 'done', result: 2 });
  });

  it('without a connection take their steps by asking [JB-6]', async () => {
    const system = await bench.start();
    const { key } = await system.agents.register({ agentId: 'poll', host: 'h', os: 'o', capabilities: ['rpn'] });
    const agent = await system.agents.authenticate('poll', key);
    const early = new AbortController();
    const nothing = system.work.take(agent, early.signal);
    early.abort();
    expect(await nothing).toBeNull();
    const taken = system.work.take(agent, new AbortController().signal);
    await system.jobs.create({ jobId: 'j', tasks: one });
    const message = await taken;
    expect(message).toMatchObject({ type: 'assign', to: 'poll', context: { jobId: 'j', stepId: 'a' } });
  });
});

describe('the server as an agent (JB-7, JB-9)', () => {
  it('does what its executors can, and again what was cut off by a crash [OR-16]', async () => {
    const hold = gate();
    const first = await bench.start({
      capabilities: ['rpn'],
      run: () => hold.passed.then(() => ({ ok: true, result: 1 })),
    });
    await first.jobs.create({ jobId: 'j', tasks: one });
    await until(async () => (await first.agents.get('local')).holding === 1);
    await bench.stop();
    hold.open();
    const next = await bench.start({ capabilities: ['rpn'], run: () => Promise.resolve({ ok: true, result: 2 }) });
    expect(await overJob(next, 'j')).toMatchObject({ status: 'done', result: 2 });
    expect((await bench.typesOf('j')).filter((type) => type === 'STEP_LOST')).toHaveLength(1);
  });

  it('gives up what nobody waits for any more', async () => {
    let reason: unknown;
    const system = await bench.start({
      capabilities: ['rpn'],
      run: (_message, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            reject(signal.reason as Error);
          });
        }),
    });
    await system.jobs.create({ jobId: 'j', tasks: one });
    await until(async () => (await system.agents.get('local')).holding === 1);
    await system.jobs.cancel('j', { by: 'ada', reason: '' });
    await until(() => reason !== undefined);
    expect(bench.reports).toEqual([]);
  });
});
