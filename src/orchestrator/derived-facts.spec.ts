import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type EventLog, eventLog } from '../../test/support/event-log.ts';
import { type DoStep, type StepsAction, type StepState, StepWorkflow } from '../../test/support/step-workflow.ts';
import type { EventDraft } from '../events/index.ts';
import { withDerivedFacts } from './derived-facts.ts';
import { TaskRun } from './task-run.ts';
import { workMigrations } from './work-schema.ts';
import { type Lease, moves } from './work-moves.ts';
import { WorkTable } from './work-table.ts';
import type { Commit } from './workflow.ts';

/** Steps up to `derivable` need nothing but the state; the one that `throws` cannot be put into words. */
class DerivingWorkflow extends StepWorkflow {
  constructor(
    private readonly derivable: (step: number) => boolean,
    private readonly throws?: number,
    doStep?: DoStep,
  ) {
    super(doStep);
  }

  derive({ step }: StepsAction): Commit<StepState> | null {
    if (step === this.throws) throw new RangeError('too large');
    if (step === 0) return () => [{ eventType: 'TASK_COMPLETE', data: { summary: '' } }];
    return this.derivable(step) ? () => [{ eventType: 'TEST_STEP_DONE', data: { step } }] : null;
  }
}

let log: EventLog;
let work: WorkTable;

beforeEach(async () => {
  log = await eventLog();
  await log.database.migrate('orchestrator', workMigrations);
  work = new WorkTable(log.database);
});

afterEach(() => log.close());

async function claimed(steps: number): Promise<Lease> {
  const row = { taskId: 't', workflow: 'steps', priority: 20, timeoutMs: 10_000, dependsOn: [], submitter: '' };
  await log.events.append('t', [{ eventType: 'TEST_TASK', data: { steps, parallel: false } }], {
    alongside: moves.enqueue(row, 100),
  });
  const lease = await work.claim('test', 5);
  if (!lease) throw new Error('nothing to claim');
  return lease;
}

/** The types of the facts of each commit that adds any. */
function watchCommits(): string[][] {
  const commits: string[][] = [];
  const append = log.events.append.bind(log.events);
  log.events.append = (taskId, drafts, options) => {
    if (drafts.length > 0) commits.push(drafts.map(({ eventType }) => eventType));
    return append(taskId, drafts, options);
  };
  return commits;
}

describe('facts that follow from the state alone [OR-30]', () => {
  it('are committed with those that they follow from, each naming its cause', async () => {
    const lease = await claimed(4);
    const commits = watchCommits();
    const workflow = new DerivingWorkflow((step) => step !== 3);
    await expect(new TaskRun(workflow, lease, log.events, Date.now).run()).resolves.toMatchObject({
      outcome: 'completed',
    });
    expect(commits).toEqual([
      ['TEST_STEP_DONE', 'TEST_STEP_DONE'],
      ['TEST_STEP_DONE', 'TEST_STEP_DONE', 'TASK_COMPLETE'],
    ]);
    expect(workflow.performed).toEqual(['t:3']);
    const events = await log.events.getEvents('t');
    events.slice(1).forEach((event, index) => expect(event.causationId).toBe(events[index]?.eventId));
  });

  it('go on from wherever a crash or a fork left the stream', async () => {
    const lease = await claimed(3);
    await log.events.append('t', [{ eventType: 'TEST_STEP_DONE', data: { step: 1 } }]);
    const run = new TaskRun(new DerivingWorkflow(() => true), lease, log.events, Date.now);
    await expect(run.run()).resolves.toMatchObject({ outcome: 'completed' });
    expect(await log.events.getEvents('t')).toHaveLength(5);
  });

  it('never take a result with them when they cannot be put into words', async () => {
    const lease = await claimed(3);
    const run = new TaskRun(new DerivingWorkflow(() => false, 2), lease, log.events, Date.now);
    await expect(run.run()).resolves.toMatchObject({ outcome: 'failed' });
    const types = (await log.events.getEvents('t')).map(({ eventType }) => eventType);
    expect(types).toEqual(['TEST_TASK', 'TEST_STEP_DONE', 'TASK_FAILED']);
  });

  it('are left to whoever takes the task next when a run is to let go of it [OR-4]', async () => {
    const lease = await claimed(3);
    const letGo = () => Promise.resolve(run.yieldSlot());
    const workflow = new DerivingWorkflow((step) => step !== 1, undefined, letGo);
    const run: TaskRun<StepState, StepsAction> = new TaskRun(workflow, lease, log.events, Date.now);
    await expect(run.run()).resolves.toEqual({ kind: 'requeued' });
    const types = (await log.events.getEvents('t')).map(({ eventType }) => eventType);
    expect(types).toEqual(['TEST_TASK', 'TEST_STEP_DONE']);
  });

  it('come in commits of a bounded size, however many there are', async () => {
    const lease = await claimed(250);
    const commits = watchCommits();
    const run = new TaskRun(new DerivingWorkflow(() => true), lease, log.events, Date.now);
    await expect(run.run()).resolves.toMatchObject({ outcome: 'completed' });
    expect(commits.map((types) => types.length)).toEqual([100, 100, 51]);
  });

  it('see the facts before them as they will be stored, and keep the ids that they were given', () => {
    const seen: unknown[] = [];
    const workflow = new DerivingWorkflow(() => true);
    const evolve = workflow.evolve.bind(workflow);
    workflow.evolve = (state, event) => {
      seen.push([event.eventId.length, event.streamSequence, event.codeVersion, event.timestamp]);
      return evolve(state, event);
    };
    const eventId = '01990000-0000-7000-8000-000000000001';
    const first: EventDraft = { eventType: 'TEST_TASK', eventId, data: { steps: 1, parallel: false }, codeVersion: 7 };
    const now = '2026-01-01T00:00:00.000Z';
    const stand = { state: workflow.initial(), newest: null };
    const drafts = withDerivedFacts(workflow, stand, [first], { cause: null, now });
    expect(drafts[0]).toMatchObject({ eventId, causationId: null });
    expect(seen).toEqual([1, 2, 3].map((sequence) => [36, sequence, 7, now]));
  });
});
