import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { postgresEventLog } from '../../../test/support/event-log.ts';
import { JobBench, type Life, overJob, TestAgent } from '../../../test/support/job-bench.ts';
import { gate, until } from '../../../test/support/orchestrator-bench.ts';
import { describeOnPostgres } from '../../../test/support/postgres.ts';
import type { JobSystem } from '../job-system.ts';
import { agentStream } from './agent-registry.ts';

const one = [{ id: 'a', action: 'rpn' }];
const works: TestAgentLife = { does: (message, self) => self.done(message, self.agentId) };
type TestAgentLife = Parameters<typeof TestAgent.register>[3];

describeOnPostgres('several instances on one database (JB-6, PL-9)', () => {
  const beating: NodeJS.Timeout[] = [];
  let bench: JobBench;
  let logs: Awaited<ReturnType<typeof postgresEventLog>>[];

  beforeEach(async () => {
    const log = await postgresEventLog();
    logs = [log];
    bench = await JobBench.open(log);
  });

  afterEach(async () => {
    for (const timer of beating.splice(0)) clearInterval(timer);
    await bench.stop();
    for (const log of logs.reverse()) await log.close();
  });

  /** Has an agent heard of by an instance until the test ends, or the returned function is called. */
  function heard({ agents }: JobSystem, agentId: string): () => void {
    const timer = setInterval(() => void agents.heartbeat(agentId).catch(() => undefined), 40);
    beating.push(timer);
    return () => clearInterval(timer);
  }

  /** An instance with a connection of its own, and what ends it as kill -9 does: nothing more of it reaches the database. */
  async function instance(life: Life = {}) {
    const log = await postgresEventLog(logs[0]);
    logs.push(log);
    const system = await bench.start({ ...life, log });
    return { system, kill: () => log.database.close() };
  }

  it('have a job made at one done by an agent at the other, which was registered at the first', async () => {
    const [{ system: here }, { system: there }] = [await instance(), await instance()];
    const { key } = await here.agents.register({ agentId: 'desk', host: 'h', os: 'o', capabilities: ['rpn'] });
    // At once, before anything is heard of it.
    expect((await there.agents.list()).map(({ agentId }) => agentId)).toContain('desk');
    const known = await there.agents.authenticate('desk', key);
    expect(known).toMatchObject({ agentId: 'desk' });
    await expect(there.agents.authenticate('desk', `${key}x`)).rejects.toMatchObject({ code: 'JOBS_AGENT_KEY' });
    const agent = await TestAgent.register(there, 'other', ['rpn'], works);
    await here.jobs.create({ jobId: 'j', tasks: one });
    expect(await overJob(here, 'j')).toMatchObject({ status: 'done', result: 'other' });
    expect(agent.assigned).toHaveLength(1);
    const idle = { agentId: 'other', present: true, holding: 0, status: 'live' };
    expect((await here.agents.list()).find(({ agentId }) => agentId === 'other')).toMatchObject(idle);
    await here.agents.remove('other', 'ada');
    await until(() => agent.closed.length > 0);
    expect(agent.closed).toEqual(['AGENT_DELETED']);
    await expect(there.agents.authenticate('other', agent.key)).rejects.toMatchObject({ code: 'JOBS_AGENT_KEY' });
  });

  it('explain at one what an agent at the other is busy with, and give its step back at either', async () => {
    const [{ system: here }, { system: there }] = [await instance(), await instance()];
    const agent = await TestAgent.register(there, 'desk', ['rpn']);
    await here.jobs.create({ jobId: 'j', tasks: one });
    await until(() => agent.assigned.length === 1);
    await here.jobs.create({ jobId: 'k', tasks: one });
    await until(async () => (await here.jobs.read.get('k')).status === 'running');
    expect((await here.jobs.read.why('k')).detail).toContain('Agents that can rpn are busy: desk.');
    expect(await here.agents.get('desk')).toMatchObject({ present: true, holding: 1, load: 1 });
    const [message] = agent.assigned;
    if (!message) throw new Error('nothing was assigned');
    // Its answer may come by any instance.
    await agent.at(here).done(message, 'right');
    expect(await overJob(there, 'j')).toMatchObject({ status: 'done', result: 'right' });
    await until(() => agent.assigned.length === 2);
    await here.jobs.cancel('k', { by: 'ada', reason: '' });
    await until(() => agent.cancelled.length === 1);
  });

  it('leave each other what their own executors do, and do it again once the one that had it is gone', async () => {
    const runs: string[] = [];
    const hold = gate();
    const life = (name: string): Life => ({
      capabilities: ['rpn'],
      instanceTimeoutMs: 600,
      heartbeatMs: 200,
      run: async ({ context }) => {
        runs.push(name);
        if (name === 'first' && context.jobId === 'j') await hold.passed;
        return { ok: true, result: name };
      },
    });
    const first = await instance(life('first'));
    await first.system.jobs.create({ jobId: 'j', tasks: one });
    await until(() => runs.length === 1);
    const { system: second } = await instance(life('second'));
    await second.jobs.create({ jobId: 'k', tasks: one });
    await overJob(second, 'k');
    expect(await bench.typesOf('j')).not.toContain('STEP_LOST');
    expect((await first.system.agents.get('local')).holding).toBe(1);
    expect((await second.agents.get('local')).holding).toBe(0);
    await first.kill();
    expect(await overJob(second, 'j')).toMatchObject({ status: 'done', result: 'second' });
    hold.open();
    const types = await bench.typesOf('j');
    expect(types.filter((type) => type === 'STEP_LOST')).toHaveLength(1);
    expect(types.filter((type) => type === 'STEP_DONE')).toHaveLength(1);
  });

  it('let an agent come from one to the other with what it has, and send on what it was given meanwhile', async () => {
    // Only the first one looks after agents often.
    const [{ system: here }, { system: there }] = [await instance({ heartbeatMs: 200 }), await instance()];
    const agent = await TestAgent.register(here, 'desk', ['rpn'], { maxConcurrent: 2 });
    heard(there, 'desk');
    await here.jobs.create({ jobId: 'j', tasks: one });
    await until(() => agent.assigned.length === 1);
    const moved = agent.at(there);
    expect(await moved.connect(agent.assigned.map(({ security }) => security.lease ?? ''))).toEqual([]);
    await here.jobs.create({ jobId: 'k', tasks: one });
    await until(() => moved.assigned.length === 1);
    await until(() => agent.closed.length === 1);
    expect(agent.closed).toEqual(['AGENT_MOVED']);
    for (const message of [...agent.assigned.slice(0, 1), ...moved.assigned]) await moved.done(message, 'moved');
    for (const jobId of ['j', 'k']) expect(await overJob(here, jobId)).toMatchObject({ result: 'moved' });
    expect(await here.agents.get('desk')).toMatchObject({ status: 'live', present: true });
  });

  it('find an agent lost once, whichever sees it first, and none that another one hears', async () => {
    const instances = [await instance({ heartbeatMs: 200 }), await instance({ heartbeatMs: 200 })];
    const [here, there] = instances.map(({ system }) => system);
    if (!here || !there) throw new Error('there are two');
    const silent = await TestAgent.register(here, 'silent', ['rpn']);
    const fallSilent = heard(here, 'silent');
    const loud = await TestAgent.register(here, 'loud', ['mail']);
    heard(there, 'loud');
    await here.jobs.create({ jobId: 'j', tasks: one });
    await until(() => silent.assigned.length === 1);
    fallSilent();
    await until(async () => (await there.agents.get('silent')).status === 'lost');
    const other = await TestAgent.register(there, 'next', ['rpn'], works);
    heard(there, 'next');
    expect(await overJob(here, 'j')).toMatchObject({ result: 'next' });
    const lost = (await bench.eventsOf(agentStream('silent'))).filter(({ eventType }) => eventType === 'AGENT_LOST');
    expect(lost).toHaveLength(1);
    expect(silent.closed).toEqual(['AGENT_LOST']);
    expect([loud.closed, other.assigned.length]).toEqual([[], 1]);
  });

  it('fire a schedule once, also when the one that it was made at is gone by then [JB-5]', async () => {
    let now = Date.now();
    const life: Life = { capabilities: ['rpn'], clock: () => now, instanceTimeoutMs: 600 };
    const first = await instance(life);
    const [{ system: second }, { system: third }] = [await instance(life), await instance(life)];
    const { scheduleId } = await first.system.schedules.create({ job: { tasks: one }, cron: '0 * * * *' });
    for (let hour = 1; hour <= 3; hour++) {
      if (hour === 2) await first.kill();
      now += 3_600_000;
      await until(async () => (await second.schedules.get(scheduleId)).fired === hour);
    }
    const fired = (await bench.typesOf(scheduleId)).filter((type) => type === 'SCHEDULE_FIRED');
    expect([fired.length, (await third.jobs.read.list()).jobs.length]).toEqual([3, 3]);
  });

  it('give a step to one that asks for it by itself, at whichever it asks', async () => {
    const [{ system: here }, { system: there }] = [await instance({ heartbeatMs: 400 }), await instance()];
    const { key } = await here.agents.register({ agentId: 'poll', host: 'h', os: 'o', capabilities: ['rpn'] });
    const agent = await here.agents.authenticate('poll', key);
    const early = new AbortController();
    expect(await Promise.all([here.work.take(agent, early.signal), Promise.resolve(early.abort())])).toEqual([
      null,
      undefined,
    ]);
    const taken = there.work.take(agent, new AbortController().signal);
    await here.jobs.create({ jobId: 'j', tasks: one });
    expect(await taken).toMatchObject({ type: 'assign', to: 'poll', context: { jobId: 'j' } });
  });
});
