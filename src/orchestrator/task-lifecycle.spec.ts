import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  gate,
  type OrchestratorBench,
  orchestratorBench,
  stepTask as task,
  until,
} from '../../test/support/orchestrator-bench.ts';
import type { DoStep } from '../../test/support/step-workflow.ts';
import { StoreUnavailableError } from '../storage/index.ts';

let bench: OrchestratorBench;

beforeEach(async () => {
  bench = await orchestratorBench();
});

afterEach(() => bench.close());

describe('shutdown', () => {
  it('refuses new tasks and those that wait for room [OR-13, OR-14]', async () => {
    const { orchestrator } = await bench.start(undefined, { maxQueue: 1 });
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
    const { orchestrator, workflow } = await bench.start(({ step }) => (step === 2 ? hold.passed : Promise.resolve()));
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('t', { steps: 3 }));
    await until(() => workflow.performed.length === 2);
    const down = orchestrator.shutdown({ graceMs: 5000 });
    hold.open();
    await down;
    expect(await bench.typesOf('t')).toEqual(['TEST_TASK', 'TEST_STEP_DONE', 'TEST_STEP_DONE']);
    const next = await bench.start();
    next.orchestrator.startWorkers(1);
    await until(async () => (await next.orchestrator.stats()).completed === 1);
    expect(next.workflow.performed).toEqual(['t:3']);
  });

  it('aborts what does not end in time, without ending the task [OR-14]', async () => {
    const { orchestrator, workflow } = await bench.start(
      (_action, { signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('gone')))),
    );
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(() => workflow.running === 1);
    await orchestrator.shutdown({ graceMs: 10 });
    expect(workflow.running).toBe(0);
    expect(await bench.typesOf('t')).toEqual(['TEST_TASK']);
    expect(await orchestrator.work.find('t')).toMatchObject({ status: 'queued' });
  });

  it('resolves for a task that never looks at its signal [OR-14]', async () => {
    const { orchestrator, workflow } = await bench.start(() => new Promise(() => undefined));
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(() => workflow.running === 1);
    await orchestrator.shutdown({ graceMs: 10 });
    expect(await orchestrator.work.find('t')).toMatchObject({ status: 'queued' });
  });
});

describe('a run', () => {
  it('does no step twice whose result was recorded, whatever was lost after it [OR-16]', async () => {
    const { orchestrator } = await bench.start();
    await orchestrator.submit(task('t', { steps: 3 }));
    // A process that claimed the task, recorded one step, and was killed.
    expect(await orchestrator.work.claim('killed', 5)).not.toBeNull();
    await bench.log.events.append('t', [{ eventType: 'TEST_STEP_DONE', data: { step: 1 } }]);
    const next = await bench.start();
    next.orchestrator.startWorkers(1);
    await until(async () => (await next.orchestrator.stats()).completed === 1);
    expect(next.workflow.performed).toEqual(['t:2', 't:3']);
  });

  it('gives the same step the same idempotency key after a crash [OR-16]', async () => {
    const keys: string[] = [];
    const remember: DoStep = (_action, step) => {
      keys.push(step.idempotencyKey);
      return keys.length === 1 ? new Promise(() => undefined) : Promise.resolve();
    };
    const first = await bench.start(remember);
    first.orchestrator.startWorkers(1);
    await first.orchestrator.submit(task('t'));
    await until(() => keys.length === 1);
    await first.orchestrator.shutdown({ graceMs: 0 });
    const next = await bench.start(remember);
    next.orchestrator.startWorkers(1);
    await until(() => keys.length === 2);
    expect(keys).toEqual(['t:step:1', 't:step:1']);
  });

  it('performs independent steps at the same time and commits their results one after the other [OR-31]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start(() => hold.passed);
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('t', { steps: 4, parallel: true }));
    await until(() => workflow.running === 4);
    hold.open();
    await until(async () => (await orchestrator.stats()).completed === 1);
    const events = await bench.log.events.getEvents('t');
    expect(events.map((event) => event.streamSequence)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(workflow.performed).size).toBe(4);
  });

  it('says of each fact which one called for it [EV-2, OR-30]', async () => {
    const { orchestrator } = await bench.start();
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('t', { steps: 2 }));
    await until(async () => (await orchestrator.stats()).completed === 1);
    const events = await bench.log.events.getEvents('t');
    expect(events.map((event) => event.causationId)).toEqual([
      null,
      ...events.slice(0, -1).map((event) => event.eventId),
    ]);
    expect(new Set(events.map((event) => event.correlationId)).size).toBe(1);
  });

  it('goes on when the store is back, and its task is not failed for the outage [EV-26, OR-16]', async () => {
    const { orchestrator, reports } = await bench.start();
    const { events } = bench.log;
    const append = events.append.bind(events);
    let outages = 2;
    events.append = (taskId, drafts, options) => {
      if (drafts[0]?.eventType !== 'TEST_STEP_DONE' || outages === 0) return append(taskId, drafts, options);
      outages -= 1;
      return Promise.reject(new StoreUnavailableError('a.db', 'diskFull', 'for a test'));
    };
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(async () => (await orchestrator.stats()).completed === 1);
    expect(await bench.typesOf('t')).toEqual(['TEST_TASK', 'TEST_STEP_DONE', 'TASK_COMPLETE']);
    expect(reports).toHaveLength(2);
  });

  it('commits its result on top of facts that came meanwhile [OR-32]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start(() => hold.passed);
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(() => workflow.running === 1);
    await orchestrator.record('t', [{ eventType: 'TEST_NOTE', data: { text: 'meanwhile' } }]);
    hold.open();
    await until(async () => (await orchestrator.stats()).completed === 1);
    expect(await bench.typesOf('t')).toEqual(['TEST_TASK', 'TEST_NOTE', 'TEST_STEP_DONE', 'TASK_COMPLETE']);
    expect(workflow.performed).toEqual(['t:1']);
  });

  it('is aborted at once when its task is ended from outside, and writes nothing more [OR-32]', async () => {
    const hold = gate();
    let aborted = false;
    const { orchestrator, workflow } = await bench.start(async (_action, { signal }) => {
      signal.addEventListener('abort', () => (aborted = true));
      await hold.passed;
    });
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(() => workflow.running === 1);
    await orchestrator.end('t', [{ eventType: 'TASK_CANCELLED', data: { by: 'ann', reason: 'enough' } }]);
    await until(() => aborted);
    hold.open();
    await until(async () => (await orchestrator.stats()).running === 0);
    expect(await bench.typesOf('t')).toEqual(['TEST_TASK', 'TASK_CANCELLED']);
    expect(await orchestrator.stats()).toMatchObject({ cancelled: 1, completed: 0 });
  });

  it('gives its slot back while its task waits, and goes on when a fact comes [OR-30]', async () => {
    const { orchestrator, workflow } = await bench.start();
    orchestrator.startWorkers(1);
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
    // The row is moved by the commit, the slot comes free when the run has heard of it.
    await until(async () => (await orchestrator.stats()).running === 0);
    expect(workflow.performed).toEqual([]);
    await orchestrator.record('t', [{ eventType: 'TEST_NOTE', data: { text: 'go on' } }]);
    await until(async () => (await orchestrator.stats()).completed === 1);
  });

  it('writes nothing once another holder has its task [OR-16, EV-22]', async () => {
    const hold = gate();
    const { orchestrator, workflow } = await bench.start(() => hold.passed);
    orchestrator.startWorkers(1);
    await orchestrator.submit(task('t'));
    await until(() => workflow.running === 1);
    await bench.log.database.write([{ sql: 'UPDATE work SET lease_token = lease_token + 1', parameters: [] }]);
    hold.open();
    await until(async () => (await orchestrator.stats()).slotHeld.count === 1);
    expect(await bench.typesOf('t')).toEqual(['TEST_TASK']);
  });
});
