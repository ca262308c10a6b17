import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventLog, type EventLog } from '../../test/support/event-log.ts';
import { StepWorkflow, type DoStep } from '../../test/support/step-workflow.ts';
import { Orchestrator, type OrchestratorOptions, type Submission } from './orchestrator.ts';
import { priorities } from './priority.ts';

let log: EventLog;
const open: Orchestrator[] = [];

beforeEach(async () => {
  log = await eventLog();
});

afterEach(async () => {
  for (const orchestrator of open.splice(0)) await orchestrator.shutdown({ graceMs: 0 });
  await log.close();
});

async function orchestratorWith(doStep?: DoStep, change: Partial<OrchestratorOptions> = {}) {
  const workflow = new StepWorkflow(doStep);
  const reports: string[] = [];
  const orchestrator = await Orchestrator.open({
    events: log.events,
    database: log.database,
    processId: 'test',
    clock: Date.now,
    maxConcurrent: 5,
    maxQueue: 100,
    taskTimeoutMs: 60_000,
    report: (message) => reports.push(message),
    ...change,
  });
  orchestrator.register(workflow);
  open.push(orchestrator);
  return { orchestrator, workflow, reports };
}

const task = (
  taskId: string,
  change: Partial<Submission> & { steps?: number; parallel?: boolean } = {},
): Submission => ({
  taskId,
  workflow: 'steps',
  priority: priorities.MEDIUM,
  drafts: [{ eventType: 'TEST_TASK', data: { steps: change.steps ?? 1, parallel: change.parallel ?? false } }],
  ...change,
});

/** A gate that holds steps until the test lets them go. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never became true: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const typesOf = async (taskId: string) => (await log.events.getEvents(taskId)).map((event) => event.eventType);

describe('the queue', () => {
  it('runs the most urgent first and equals in order of arrival [OR-1]', async () => {
    const { orchestrator, workflow } = await orchestratorWith(undefined, { maxConcurrent: 1 });
    for (const [id, priority] of Object.entries({ low: 30, first: 10, critical: 0, second: 10 })) {
      await orchestrator.submit(task(id, { priority }));
    }
    await orchestrator.startWorkers(3);
    await until(() => workflow.performed.length === 4);
    expect(workflow.performed).toEqual(['critical:1', 'first:1', 'second:1', 'low:1']);
  });

  it('holds 100, lets five more wait, and lets one in for each that leaves [OR-10]', async () => {
    const { orchestrator } = await orchestratorWith();
    const submitted = Array.from({ length: 105 }, (_, index) => orchestrator.submit(task(`t${index}`)));
    await Promise.all(submitted.slice(0, 100));
    await until(async () => (await orchestrator.stats()).waitingSubmitters === 5);
    expect((await orchestrator.stats()).queued.total).toBe(100);
    const lease = await orchestrator.work.claim('test', 5);
    expect(lease?.taskId).toBe('t0');
    await orchestrator.wakeDue();
    await submitted[100];
    const after = await orchestrator.stats();
    expect([after.queued.total, after.waitingSubmitters]).toEqual([100, 4]);
    await orchestrator.startWorkers(3);
    await Promise.all(submitted);
  });

  it('runs 1,000 rapid submissions in the end, none twice [OR-10]', async () => {
    const { orchestrator, workflow } = await orchestratorWith();
    await orchestrator.startWorkers(3);
    await Promise.all(Array.from({ length: 1000 }, (_, index) => orchestrator.submit(task(`t${index}`))));
    await until(async () => (await orchestrator.stats()).completed === 1000);
    expect(workflow.performed).toHaveLength(1000);
    expect(new Set(workflow.performed).size).toBe(1000);
    expect(workflow.mostRunning).toBeLessThanOrEqual(5);
  });

  it('refuses a submission that found no room in time, and creates nothing [OR-10]', async () => {
    const { orchestrator } = await orchestratorWith(undefined, { maxQueue: 1 });
    await orchestrator.submit(task('first'));
    await expect(orchestrator.submit(task('second', { waitMs: 20 }))).rejects.toMatchObject({
      code: 'ORCHESTRATOR_QUEUE_FULL',
      kind: 'unavailable',
    });
    expect(await log.events.getEvents('second')).toEqual([]);
    expect((await orchestrator.stats()).waitingSubmitters).toBe(0);
  });

  it('keeps the order of those who wait when one is let in too early [OR-10]', async () => {
    const { orchestrator } = await orchestratorWith(undefined, { maxQueue: 1 });
    await orchestrator.submit(task('queued'));
    const waiting = ['first', 'second'].map((id) => orchestrator.submit(task(id)));
    const bothWait = async () => (await orchestrator.stats()).waitingSubmitters === 2;
    await until(bothWait);
    // There is no room yet: the first one tries in vain and must not lose its place by it.
    await orchestrator.wakeDue();
    await until(bothWait);
    await orchestrator.work.claim('test', 5);
    await orchestrator.wakeDue();
    await waiting[0];
    expect(await log.events.getEvents('second')).toEqual([]);
    await orchestrator.work.claim('test', 5);
    await orchestrator.wakeDue();
    await waiting[1];
  });

  it('refuses a task id that exists, also among concurrent submissions [OR-13]', async () => {
    const { orchestrator } = await orchestratorWith();
    const results = await Promise.allSettled([orchestrator.submit(task('same')), orchestrator.submit(task('same'))]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(orchestrator.submit(task('same'))).rejects.toMatchObject({ code: 'ORCHESTRATOR_DUPLICATE_TASK' });
  });

  it('refuses tasks that would wait for each other, and names the circle [OR-13]', async () => {
    const { orchestrator } = await orchestratorWith();
    await orchestrator.submit(task('a', { dependsOn: ['b'] }));
    await orchestrator.submit(task('b', { dependsOn: ['c'] }));
    await expect(orchestrator.submit(task('c', { dependsOn: ['x', 'a'] }))).rejects.toThrow('c → a → b → c');
    await expect(orchestrator.submit(task('self', { dependsOn: ['self'] }))).rejects.toThrow('self → self');
    expect(await log.events.getEvents('c')).toEqual([]);
  });

  it('holds a task back until those it depends on have ended [OR-13]', async () => {
    const { orchestrator, workflow } = await orchestratorWith();
    await orchestrator.submit(task('last', { dependsOn: ['first'], priority: priorities.CRITICAL }));
    await orchestrator.startWorkers(3);
    await orchestrator.submit(task('first'));
    await until(() => workflow.performed.length === 2);
    expect(workflow.performed).toEqual(['first:1', 'last:1']);
  });
});

describe('the slots', () => {
  it('never run more than five at once, however many loops feed them [OR-11]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await orchestratorWith(() => hold.passed);
    await orchestrator.startWorkers(3);
    await Promise.all(Array.from({ length: 10 }, (_, index) => orchestrator.submit(task(`t${index}`))));
    await until(() => workflow.running === 5);
    await orchestrator.wakeDue();
    expect((await orchestrator.stats()).running).toBe(5);
    hold.open();
    await until(async () => (await orchestrator.stats()).completed === 10);
    expect(workflow.mostRunning).toBe(5);
  });

  it('record a task that throws as failed and go on [OR-11]', async () => {
    const { orchestrator } = await orchestratorWith(({ step }, { taskId }) =>
      taskId === 'bad' && step === 1 ? Promise.reject(new Error('boom')) : Promise.resolve(),
    );
    await orchestrator.startWorkers(1);
    await orchestrator.submit(task('bad', { steps: 2 }));
    await orchestrator.submit(task('good'));
    await until(async () => (await orchestrator.stats()).completed === 1);
    expect((await log.events.getEvents('bad')).at(-1)).toMatchObject({
      eventType: 'TASK_FAILED',
      data: { code: 'STEP_FAILED', reason: 'boom' },
    });
    expect((await orchestrator.stats()).failed).toBe(1);
  });

  it('start a loop that crashes again and report it [OR-11]', async () => {
    const { orchestrator, reports } = await orchestratorWith();
    const claim = orchestrator.work.claim.bind(orchestrator.work);
    let crashes = 2;
    orchestrator.work.claim = (...parameters) =>
      crashes-- > 0 ? Promise.reject(new Error('crash')) : claim(...parameters);
    await orchestrator.startWorkers(2);
    await orchestrator.submit(task('t'));
    await until(async () => (await orchestrator.stats()).completed === 1);
    expect(reports.filter((report) => /worker \d crashed/.test(report))).toHaveLength(2);
  });

  it('end a task at its time limit: its signal fires, it is recorded, the slot is free at once [OR-12]', async () => {
    let reason: unknown;
    const { orchestrator } = await orchestratorWith(
      (_action, { taskId, signal }) =>
        new Promise((resolve) => {
          if (taskId === 'next') return resolve();
          // The step never ends by itself: only the signal tells it.
          signal.addEventListener('abort', () => (reason = signal.reason));
        }),
      { maxConcurrent: 1 },
    );
    await orchestrator.startWorkers(1);
    await orchestrator.submit(task('slow', { timeoutMs: 30 }));
    await orchestrator.submit(task('next'));
    await until(async () => (await orchestrator.stats()).completed === 1);
    expect(reason).toMatchObject({ code: 'TASK_TIMEOUT' });
    expect((await log.events.getEvents('slow')).at(-1)).toMatchObject({
      eventType: 'TASK_FAILED',
      data: { code: 'TASK_TIMEOUT' },
    });
    expect(await orchestrator.stats()).toMatchObject({ timedOut: 1, failed: 1 });
  });

  it('cancel a task without time at once [OR-12]', async () => {
    const { orchestrator, workflow } = await orchestratorWith();
    await orchestrator.startWorkers(1);
    await orchestrator.submit(task('none', { timeoutMs: 0 }));
    await until(async () => (await orchestrator.stats()).timedOut === 1);
    expect(workflow.performed).toEqual([]);
    expect(await typesOf('none')).toEqual(['TEST_TASK', 'TASK_FAILED']);
  });
});

describe('shutdown', () => {
  it('refuses new tasks and those that wait for room [OR-13, OR-14]', async () => {
    const { orchestrator } = await orchestratorWith(undefined, { maxQueue: 1 });
    await orchestrator.submit(task('first'));
    const waiting = orchestrator.submit(task('second'));
    waiting.catch(() => undefined);
    await until(async () => (await orchestrator.stats()).waitingSubmitters === 1);
    await orchestrator.shutdown({ graceMs: 0 });
    await expect(waiting).rejects.toMatchObject({ code: 'ORCHESTRATOR_SHUTTING_DOWN' });
    await expect(orchestrator.submit(task('third'))).rejects.toMatchObject({ code: 'ORCHESTRATOR_SHUTTING_DOWN' });
  });

  it('lets a running step end within the grace time, and the next start goes on after it [OR-14, OR-16]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await orchestratorWith(({ step }) =>
      step === 2 ? hold.passed : Promise.resolve(),
    );
    await orchestrator.startWorkers(1);
    await orchestrator.submit(task('t', { steps: 3 }));
    await until(() => workflow.performed.length === 2);
    const down = orchestrator.shutdown({ graceMs: 5000 });
    hold.open();
    await down;
    expect(await typesOf('t')).toEqual(['TEST_TASK', 'TEST_STEP_DONE', 'TEST_STEP_DONE']);
    const next = await orchestratorWith();
    await next.orchestrator.startWorkers(1);
    await until(async () => (await next.orchestrator.stats()).completed === 1);
    expect(next.workflow.performed).toEqual(['t:3']);
  });

  it('aborts what does not end in time, without ending the task [OR-14]', async () => {
    const { orchestrator, workflow } = await orchestratorWith(
      (_action, { signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('gone')))),
    );
    await orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(() => workflow.running === 1);
    await orchestrator.shutdown({ graceMs: 10 });
    expect(workflow.running).toBe(0);
    expect(await typesOf('t')).toEqual(['TEST_TASK']);
    expect(await orchestrator.work.find('t')).toMatchObject({ status: 'queued' });
  });

  it('resolves for a task that never looks at its signal [OR-14]', async () => {
    const { orchestrator, workflow } = await orchestratorWith(() => new Promise(() => undefined));
    await orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(() => workflow.running === 1);
    await orchestrator.shutdown({ graceMs: 10 });
    expect(await orchestrator.work.find('t')).toMatchObject({ status: 'queued' });
  });
});

describe('a run', () => {
  it('does no step twice whose result was recorded, whatever was lost after it [OR-16]', async () => {
    const { orchestrator } = await orchestratorWith();
    await orchestrator.submit(task('t', { steps: 3 }));
    // A process that claimed the task, recorded one step, and was killed.
    expect(await orchestrator.work.claim('killed', 5)).not.toBeNull();
    await log.events.append('t', [{ eventType: 'TEST_STEP_DONE', data: { step: 1 } }]);
    const next = await orchestratorWith();
    await next.orchestrator.startWorkers(1);
    await until(async () => (await next.orchestrator.stats()).completed === 1);
    expect(next.workflow.performed).toEqual(['t:2', 't:3']);
  });

  it('gives the same step the same idempotency key after a crash [OR-16]', async () => {
    const keys: string[] = [];
    const remember: DoStep = (_action, step) => {
      keys.push(step.idempotencyKey);
      return keys.length === 1 ? new Promise(() => undefined) : Promise.resolve();
    };
    const first = await orchestratorWith(remember);
    await first.orchestrator.startWorkers(1);
    await first.orchestrator.submit(task('t'));
    await until(() => keys.length === 1);
    await first.orchestrator.shutdown({ graceMs: 0 });
    const next = await orchestratorWith(remember);
    await next.orchestrator.startWorkers(1);
    await until(() => keys.length === 2);
    expect(keys).toEqual(['t:step:1', 't:step:1']);
  });

  it('performs independent steps at the same time and commits their results one after the other [OR-31]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await orchestratorWith(() => hold.passed);
    await orchestrator.startWorkers(1);
    await orchestrator.submit(task('t', { steps: 4, parallel: true }));
    await until(() => workflow.running === 4);
    hold.open();
    await until(async () => (await orchestrator.stats()).completed === 1);
    const events = await log.events.getEvents('t');
    expect(events.map((event) => event.streamSequence)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(workflow.performed).size).toBe(4);
  });

  it('commits its result on top of facts that came meanwhile [OR-32]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await orchestratorWith(() => hold.passed);
    await orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(() => workflow.running === 1);
    await orchestrator.record('t', [{ eventType: 'TEST_NOTE', data: { text: 'meanwhile' } }]);
    hold.open();
    await until(async () => (await orchestrator.stats()).completed === 1);
    expect(await typesOf('t')).toEqual(['TEST_TASK', 'TEST_NOTE', 'TEST_STEP_DONE', 'TASK_COMPLETE']);
    expect(workflow.performed).toEqual(['t:1']);
  });

  it('is aborted at once when its task is ended from outside, and writes nothing more [OR-32]', async () => {
    const hold = gate();
    let aborted = false;
    const { orchestrator, workflow } = await orchestratorWith(async (_action, { signal }) => {
      signal.addEventListener('abort', () => (aborted = true));
      await hold.passed;
    });
    await orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(() => workflow.running === 1);
    await orchestrator.end('t', [{ eventType: 'TASK_CANCELLED', data: { by: 'ann', reason: 'enough' } }]);
    await until(() => aborted);
    hold.open();
    await until(async () => (await orchestrator.stats()).running === 0);
    expect(await typesOf('t')).toEqual(['TEST_TASK', 'TASK_CANCELLED']);
    expect(await orchestrator.stats()).toMatchObject({ cancelled: 1, completed: 0 });
  });

  it('gives its slot back while its task waits, and goes on when a fact comes [OR-30]', async () => {
    const { orchestrator, workflow } = await orchestratorWith();
    await orchestrator.startWorkers(1);
    await orchestrator.submit(
      task('t', {
        drafts: [
          { eventType: 'TEST_TASK', data: { steps: 1, parallel: false } },
          { eventType: 'TEST_NOTE', data: { text: 'wait' } },
        ],
      }),
    );
    await until(async () => (await orchestrator.work.find('t'))?.status === 'waiting');
    expect(await orchestrator.work.find('t')).toMatchObject({
      wait: { reason: 'awaitingAnswers', detail: 'a test waits' },
    });
    expect((await orchestrator.stats()).running).toBe(0);
    expect(workflow.performed).toEqual([]);
    await orchestrator.record('t', [{ eventType: 'TEST_NOTE', data: { text: 'go on' } }]);
    await until(async () => (await orchestrator.stats()).completed === 1);
  });

  it('writes nothing once another holder has its task [OR-16, EV-22]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await orchestratorWith(() => hold.passed);
    await orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(() => workflow.running === 1);
    await log.database.write([{ sql: 'UPDATE work SET lease_token = lease_token + 1', parameters: [] }]);
    hold.open();
    await until(async () => (await orchestrator.stats()).running === 0);
    expect(await typesOf('t')).toEqual(['TEST_TASK']);
  });
});

describe('stats', () => {
  it('count what is queued by priority, what runs and what ended [OR-15]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await orchestratorWith(() => hold.passed, { maxConcurrent: 2 });
    await orchestrator.startWorkers(3);
    for (const [index, priority] of [0, 0, 0, 10, 20, 35, 99].entries())
      await orchestrator.submit(task(`t${index}`, { priority }));
    await until(() => workflow.running === 2);
    expect(await orchestrator.stats()).toMatchObject({
      queued: { CRITICAL: 1, HIGH: 1, MEDIUM: 1, LOW: 1, BACKGROUND: 1, total: 5 },
      running: 2,
      workers: 3,
    });
    hold.open();
    await until(async () => (await orchestrator.stats()).completed === 7);
    const stats = await orchestrator.stats();
    expect(stats.queued.total).toBe(0);
    expect(stats.slotHeld.count).toBe(7);
    expect(stats.slotHeld.maxMs).toBeGreaterThan(0);
  });
});
