import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type EventLog, postgresEventLog } from '../../test/support/event-log.ts';
import { gate, orchestratorBench, stepTask, until } from '../../test/support/orchestrator-bench.ts';
import { describeOnPostgres } from '../../test/support/postgres.ts';
import type { DoStep } from '../../test/support/step-workflow.ts';
import { type GuardedStatement, StoreUnavailableError } from '../storage/index.ts';
import { Doorbell } from './doorbell.ts';
import { Instances, type InstancesOptions } from './instances.ts';
import type { OrchestratorOptions } from './orchestrator-options.ts';
import { priorities } from './priority.ts';
import { moves } from './work-moves.ts';
import { workMigrations } from './work-schema.ts';
import { WorkTable } from './work-table.ts';

/** No heartbeat is missed by chance, however busy the machine is: silence is written into the table. */
const TIMEOUT_MS = 60_000;

type Bench = Awaited<ReturnType<typeof orchestratorBench>>;

/** A bell that rings in all processes, as one on Redis does. */
class SharedBell extends Doorbell {
  constructor(private readonly all: Set<Doorbell>) {
    super();
    all.add(this);
  }

  override ring(): void {
    for (const bell of this.all) bell.ringHere();
  }
}

describeOnPostgres('several instances on one PostgreSQL', () => {
  let url: string;
  let benches: Bench[];
  let bells: Set<Doorbell>;
  let first: EventLog;

  beforeEach(async () => {
    const log = await postgresEventLog();
    first = log;
    url = log.url;
    benches = [];
    bells = new Set();
  });

  afterEach(async () => {
    for (const bench of benches) await bench.close();
    await first.close();
  });

  /** With connections of its own, as a process has. */
  async function instance(processId: string, doStep?: DoStep, change: Partial<OrchestratorOptions> = {}) {
    const bench = await orchestratorBench(await postgresEventLog({ url }));
    benches.push(bench);
    const doorbell = new SharedBell(bells);
    const options = { processId, doorbell, instanceTimeoutMs: TIMEOUT_MS, ...change };
    return { ...(await bench.start(doStep, options)), bench, doorbell };
  }

  const database = () => first.database;

  /** The table with two ready tasks, and instances that are heard when the test says so. */
  async function table() {
    await database().migrate('orchestrator', workMigrations);
    const common = { workflow: 'steps', priority: 20, timeoutMs: 1, submitter: '', dependsOn: [] };
    const tasks = ['t1', 't2'].map((taskId) => ({ ...common, taskId }));
    await database().write(tasks.flatMap((task) => moves.enqueue(task, 100)));
    const isRunning = () => true;
    const heard = (id: string, change: Partial<InstancesOptions> = {}) =>
      new Instances({ database: database(), id, timeoutMs: TIMEOUT_MS, isRunning, ...change });
    return { work: new WorkTable(database()), heard };
  }

  /** As of a process that was killed, or is frozen: it was heard for the last time longer ago than is allowed. */
  const silence = (id: string) =>
    database().write([
      { sql: 'UPDATE work_instances SET seen_at = seen_at - ? WHERE id = ?', parameters: [2 * TIMEOUT_MS, id] },
    ]);

  it('run every task once, whoever took it, and no more at once than one may [OR-11, OR-17, PL-9]', async () => {
    const slow: DoStep = () => new Promise((resolve) => setTimeout(resolve, 5));
    const all = [await instance('a', slow), await instance('b', slow), await instance('c', slow)];
    for (const { orchestrator } of all) orchestrator.startWorkers(3);
    const [one] = all;
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(
        most,
        all.reduce((sum, { workflow }) => sum + workflow.running, 0),
      );
    }, 1);
    const ids = Array.from({ length: 40 }, (_, index) => `t${index}`);
    await Promise.all(ids.map((id, index) => all[index % 3]!.orchestrator.submit(stepTask(id, { steps: 2 }))));
    await until(async () =>
      (await one!.orchestrator.work.counts()).some((row) => row.status === 'done' && row.count === 40),
    );
    clearInterval(watching);
    const performed = all.flatMap(({ workflow }) => workflow.performed);
    expect(performed.toSorted()).toEqual(ids.flatMap((id) => [`${id}:1`, `${id}:2`]).toSorted());
    expect(all.filter(({ workflow }) => workflow.performed.length > 0).length).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(5);
  });

  it('take over what a silent one was at, and refuse what it still writes [OR-16, OR-17, EV-22, PL-9]', async () => {
    const hold = gate();
    const frozen = await instance('frozen', () => hold.passed);
    frozen.orchestrator.startWorkers(1);
    await frozen.orchestrator.submit(stepTask('t', { steps: 2 }));
    await until(() => frozen.workflow.running === 1);
    await silence('frozen');
    const otherHold = gate();
    const other = await instance('other', () => otherHold.passed);
    other.orchestrator.startWorkers(1);
    await until(() => other.workflow.running === 1);
    // It comes back in the middle of the step that it believes to be its own.
    hold.open();
    await until(async () => (await frozen.orchestrator.stats()).slotHeld.count === 1);
    expect(await other.bench.typesOf('t')).toEqual(['TEST_TASK']);
    otherHold.open();
    await until(async () => (await other.orchestrator.stats()).completed === 1);
    expect(other.workflow.performed).toEqual(['t:1', 't:2']);
    expect(frozen.workflow.performed).toEqual(['t:1']);
  });

  it('go on at once with what one was at that shut down [OR-14, OR-17]', async () => {
    const hold = gate();
    const leaving = await instance('leaving', (_action, step) =>
      Promise.race([
        hold.passed,
        new Promise<void>((resolve) => step.signal.addEventListener('abort', () => resolve())),
      ]),
    );
    leaving.orchestrator.startWorkers(1);
    await leaving.orchestrator.submit(stepTask('t'));
    await until(() => leaving.workflow.running === 1);
    const other = await instance('other');
    other.orchestrator.startWorkers(1);
    await leaving.orchestrator.shutdown({ graceMs: 0 });
    await until(async () => (await other.orchestrator.stats()).completed === 1);
  });

  it('leave alone what one is at that is heard, and claim nothing for one that is not [OR-17]', async () => {
    const { work, heard } = await table();
    const [busy, other] = [heard('busy'), heard('other')];
    await busy.join();
    expect(await work.claim('busy', 5)).toMatchObject({ taskId: 't1' });
    expect([await other.join(), await other.beat(), await busy.beat()]).toEqual([0, 0, 0]);
    await silence('busy');
    expect([await other.beat(), await other.beat()]).toEqual([1, 0]);
    expect(await work.claim('busy', 5)).toBeNull();
    await busy.beat();
    expect(await work.claim('busy', 5)).toMatchObject({ taskId: 't1' });
  });

  it('leave the others alone after a silence of their own: it may have been that of all [OR-17]', async () => {
    const { work, heard } = await table();
    let now = 0;
    const [busy, other] = [heard('busy'), heard('other', { now: () => now })];
    await busy.join();
    await other.join();
    await work.claim('busy', 5);
    // Nobody reached the database for a while; this one is back first.
    now += TIMEOUT_MS + 1;
    await silence('busy');
    expect(await other.beat()).toBe(0);
    now += TIMEOUT_MS - 1;
    expect(await other.beat()).toBe(0);
    expect(await work.find('t1')).toMatchObject({ status: 'running' });
    now += 1;
    expect(await other.beat()).toBe(1);
  });

  it('let go of a task at the second beat that finds it without a run, and of no other [OR-11, OR-17]', async () => {
    const { work, heard } = await table();
    const running = new Set(['t2']);
    const one = heard('one', { isRunning: (taskId) => running.has(taskId) });
    await one.join();
    expect([await work.claim('one', 5), await work.claim('one', 5)]).toMatchObject([
      { taskId: 't1' },
      { taskId: 't2' },
    ]);
    expect([await one.beat(), await work.find('t1')]).toMatchObject([0, { status: 'running' }]);
    expect([await one.beat(), await work.find('t1')]).toMatchObject([1, { status: 'queued' }]);
    expect(await work.find('t2')).toMatchObject({ status: 'running' });
    // A lease that came since is another one.
    expect(await work.claim('one', 5)).toMatchObject({ taskId: 't1', token: 2 });
    expect([await one.beat(), await work.find('t1')]).toMatchObject([0, { status: 'running' }]);
    running.add('t1');
    expect([await one.beat(), await one.beat()]).toEqual([0, 0]);
  });

  it('run a task although the connection was lost before the claim was answered [OR-11, OR-17, PL-9]', async () => {
    let isLost = false;
    // As of a connection that breaks after the commit and before its answer.
    const breaking = new Proxy(database(), {
      get: (object, name) => {
        const member: unknown = Reflect.get(object, name, object);
        if (typeof member !== 'function') return member;
        if (name !== 'write') return member.bind(object) as unknown;
        return async (statements: readonly GuardedStatement[]) => {
          const answers = await object.write(statements);
          if (isLost || !statements[0]?.sql.includes(`SET status = 'running'`)) return answers;
          isLost = true;
          throw new StoreUnavailableError('work', 'unreachable', 'the connection was lost');
        };
      },
    });
    const { orchestrator, workflow } = await instance('one', undefined, { database: breaking, instanceTimeoutMs: 400 });
    orchestrator.startWorkers(1);
    await orchestrator.submit(stepTask('t'));
    await until(async () => (await orchestrator.stats()).completed === 1);
    expect([isLost, workflow.performed]).toEqual([true, ['t:1']]);
  });

  it('hand over what they hold when they leave [OR-14, OR-17]', async () => {
    const { work, heard } = await table();
    const [leaving, other] = [heard('leaving'), heard('other')];
    await Promise.all([leaving.join(), other.join()]);
    await work.claim('leaving', 5);
    await work.claim('other', 5);
    await leaving.leave();
    expect(await work.find('t1')).toMatchObject({ status: 'queued' });
    expect(await work.find('t2')).toMatchObject({ status: 'running' });
  });

  it('give a slot that another one holds to what is more urgent [OR-4, OR-17]', async () => {
    const gates = [gate(), gate()];
    const holder = await instance('holder', ({ step }) => gates[step - 1]!.passed, { maxConcurrent: 1 });
    holder.orchestrator.startWorkers(1);
    await holder.orchestrator.submit(stepTask('low', { steps: 2, priority: priorities.BACKGROUND }));
    await until(() => holder.workflow.running === 1);
    const other = await instance('other', undefined, { maxConcurrent: 1 });
    other.orchestrator.startWorkers(1);
    const urgent = stepTask('urgent', { priority: priorities.CRITICAL });
    await other.orchestrator.submit(urgent);
    await until(async () => (await other.orchestrator.work.nextReady(1)).length === 1);
    gates[0]!.open();
    await until(async () => (await other.orchestrator.work.find('urgent'))?.status === 'done');
    gates[1]!.open();
    await until(async () => (await other.orchestrator.work.find('low'))?.status === 'done');
    const { events } = other.bench.log;
    const order = (await events.readAll({ after: 0 })).filter(({ eventType }) => eventType === 'TASK_COMPLETE');
    expect(order.map(({ taskId }) => taskId)).toEqual(['urgent', 'low']);
  });

  it('let one in who waits here for room that comes free elsewhere [OR-10, OR-17]', async () => {
    const hold = gate();
    const full = { maxConcurrent: 1, maxQueue: 1 };
    const runner = await instance('runner', () => hold.passed, full);
    runner.orchestrator.startWorkers(1);
    const other = await instance('other', () => hold.passed, full);
    other.orchestrator.startWorkers(1);
    await runner.orchestrator.submit(stepTask('t1'));
    await until(() => runner.workflow.running + other.workflow.running === 1);
    await runner.orchestrator.submit(stepTask('t2'));
    const third = other.orchestrator.submit(stepTask('t3'));
    await until(async () => (await other.orchestrator.stats()).waitingSubmitters === 1);
    hold.open();
    await third;
    await until(async () =>
      (await other.orchestrator.work.counts()).some((row) => row.status === 'done' && row.count === 3),
    );
  });

  it('hear of one another four times a second where no bell reaches further [OR-17]', async () => {
    const here = await instance('here', undefined, { doorbell: new Doorbell() });
    const runner = await instance('runner', undefined, { doorbell: new Doorbell() });
    runner.orchestrator.startWorkers(1);
    await here.orchestrator.submit(stepTask('t'));
    await runner.orchestrator.wakeDue();
    await until(async () => (await runner.orchestrator.stats()).completed === 1);
  });
});
