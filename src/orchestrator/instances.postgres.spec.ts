import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { postgresEventLog } from '../../test/support/event-log.ts';
import { gate, orchestratorBench, stepTask, until } from '../../test/support/orchestrator-bench.ts';
import { describeOnPostgres } from '../../test/support/postgres.ts';
import type { DoStep } from '../../test/support/step-workflow.ts';
import { Doorbell } from './doorbell.ts';
import type { OrchestratorOptions } from './orchestrator-options.ts';
import { priorities } from './priority.ts';

const TIMEOUT_MS = 600;

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
  let closeFirst: () => Promise<void>;

  beforeEach(async () => {
    const first = await postgresEventLog();
    url = first.url;
    closeFirst = () => first.close();
    benches = [];
    bells = new Set();
  });

  afterEach(async () => {
    for (const bench of benches) await bench.close();
    await closeFirst();
  });

  /** With connections of its own, as a process has. */
  async function instance(processId: string, doStep?: DoStep, change: Partial<OrchestratorOptions> = {}) {
    const bench = await orchestratorBench(await postgresEventLog({ url }));
    benches.push(bench);
    const doorbell = new SharedBell(bells);
    const options = { processId, doorbell, instanceTimeoutMs: TIMEOUT_MS, ...change };
    return { ...(await bench.start(doStep, options)), bench, doorbell };
  }

  /** As a process that is killed, or frozen: its heartbeat stops, and it lets go of nothing. */
  function silence({ bench }: Awaited<ReturnType<typeof instance>>): () => void {
    const { database } = bench.log;
    const write = database.write.bind(database);
    database.write = (statements) =>
      statements.some(({ sql }) => sql.includes('INSERT INTO work_instances'))
        ? Promise.resolve([])
        : write(statements);
    return () => {
      database.write = write;
    };
  }

  it('run every task once, whoever took it, and no more at once than one may [OR-11, OR-17, PL-9]', async () => {
    const slow: DoStep = () => new Promise((resolve) => setTimeout(resolve, 5));
    const all = [await instance('a', slow), await instance('b', slow), await instance('c', slow)];
    for (const { orchestrator } of all) orchestrator.startWorkers(3);
    const [first] = all;
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
      (await first!.orchestrator.work.counts()).some((row) => row.status === 'done' && row.count === 40),
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
    const wake = silence(frozen);
    const otherHold = gate();
    const other = await instance('other', () => otherHold.passed);
    other.orchestrator.startWorkers(1);
    await until(() => other.workflow.running === 1);
    // It comes back in the middle of the step that it believes to be its own.
    wake();
    hold.open();
    await until(async () => (await frozen.orchestrator.stats()).slotHeld.count === 1);
    expect(await other.bench.typesOf('t')).toEqual(['TEST_TASK']);
    otherHold.open();
    await until(async () => (await other.orchestrator.stats()).completed === 1);
    expect(other.workflow.performed).toEqual(['t:1', 't:2']);
    expect(frozen.workflow.performed).toEqual(['t:1']);
  });

  it('leave the tasks of one that is heard alone, however long they take [OR-17]', async () => {
    const hold = gate();
    const busy = await instance('busy', () => hold.passed);
    busy.orchestrator.startWorkers(1);
    await busy.orchestrator.submit(stepTask('t'));
    await until(() => busy.workflow.running === 1);
    const other = await instance('other');
    other.orchestrator.startWorkers(1);
    await new Promise((resolve) => setTimeout(resolve, 3 * TIMEOUT_MS));
    expect(other.workflow.performed).toEqual([]);
    hold.open();
    await until(async () => (await busy.orchestrator.stats()).completed === 1);
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
    const other = await instance('other', undefined, { instanceTimeoutMs: 600_000 });
    other.orchestrator.startWorkers(1);
    await leaving.orchestrator.shutdown({ graceMs: 0 });
    await until(async () => (await other.orchestrator.stats()).completed === 1);
  });

  it('do not take over from others when they were cut off themselves [OR-17]', async () => {
    const hold = gate();
    const busy = await instance('busy', () => hold.passed);
    busy.orchestrator.startWorkers(1);
    await busy.orchestrator.submit(stepTask('t'));
    await until(() => busy.workflow.running === 1);
    const other = await instance('other');
    const [wakeBusy, wakeOther] = [silence(busy), silence(other)];
    const silentUntil = Date.now() + 2 * TIMEOUT_MS;
    await until(() => Date.now() > silentUntil);
    wakeOther();
    wakeBusy();
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS));
    expect(await other.orchestrator.work.find('t')).toMatchObject({ status: 'running' });
    hold.open();
    await until(async () => (await busy.orchestrator.stats()).completed === 1);
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
