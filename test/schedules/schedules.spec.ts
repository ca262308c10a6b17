import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Orchestrator } from '../../src/orchestrator/index.ts';
import { type EventLog, eventLog } from '../support/event-log.ts';
import { Mortal } from '../support/mortal.ts';
import { stepTask } from '../support/orchestrator-bench.ts';
import { type ModelTask, ScheduleModel } from '../support/schedule-model.ts';
import { StepWorkflow } from '../support/step-workflow.ts';

// Time stands still but where a test moves it; the turns of the event loop go on.
const RUNS = Number(process.env.SCHEDULES ?? 25);
const PER_LOG = 20;
jest.setTimeout(RUNS * 2000 + 20_000);

const limits = { maxConcurrent: 2, maxQueue: 3, timeoutMs: 1000 };
const MAX_TASKS = 12;
const TICK_MS = 10;

type Command =
  | { readonly kind: 'submit'; readonly priority: number; readonly steps: number; readonly dependsOn: number | null }
  | { readonly kind: 'step' | 'cancel' | 'hold' | 'goOn'; readonly which: number }
  | { readonly kind: 'timeout' | 'crash' };

const which = fc.nat(30);
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      priority: fc.constantFrom(0, 10, 20, 30, 40),
      steps: fc.integer({ min: 1, max: 3 }),
      dependsOn: fc.option(which, { freq: 6 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('step' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'hold' as const, 'goOn' as const), which }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('timeout' as const, 'crash' as const) }) },
);

/** The orchestrator under test, as one process after another has it, beside the model of it. */
class Schedule {
  readonly model = new ScheduleModel(limits);
  private mortal: Mortal;
  private workflow: StepWorkflow;
  private orchestrator: Orchestrator | null = null;
  /** Steps that are in flight in this process, and how each ends. */
  private inFlight = new Map<string, () => void>();

  constructor(
    private readonly log: EventLog,
    private readonly prefix: string,
  ) {
    this.mortal = new Mortal(log.events, log.database);
    this.workflow = new StepWorkflow();
  }

  async start(): Promise<void> {
    const inFlight = new Map<string, () => void>();
    this.inFlight = inFlight;
    this.mortal = new Mortal(this.log.events, this.log.database);
    this.workflow = new StepWorkflow((action, { taskId, signal }) => {
      const key = `${taskId}:${action.step}`;
      // The promise of all promises: no step is at work twice.
      expect(inFlight.has(key)).toBe(false);
      return new Promise<void>((resolve, reject) => {
        inFlight.set(key, resolve);
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }).finally(() => inFlight.delete(key));
    });
    const { maxConcurrent, maxQueue, timeoutMs: taskTimeoutMs } = limits;
    this.orchestrator = await Orchestrator.open({
      events: this.mortal.events,
      database: this.mortal.database,
      processId: 'test',
      clock: Date.now,
      maxConcurrent,
      maxQueue,
      taskTimeoutMs,
      instanceTimeoutMs: 10_000,
      ageingTurns: 0,
      report: (message, error) => {
        throw new Error(message, { cause: error });
      },
    });
    this.orchestrator.register(this.workflow);
    this.orchestrator.startWorkers(2);
  }

  /** Does a command if it means anything now, to the orchestrator and to the model. */
  async run(given: Command): Promise<void> {
    jest.advanceTimersByTime(TICK_MS);
    const now = Date.now();
    const { model } = this;
    switch (given.kind) {
      case 'submit':
        return this.submit(given, now);
      case 'step': {
        const task = pick(model.of('running'), given.which);
        if (!task) return;
        this.inFlight.get(`${task.id}:${task.done + 1}`)?.();
        return model.stepEnds(task, now);
      }
      case 'cancel': {
        const task = pick([...model.of('queued'), ...model.of('running'), ...model.of('waiting')], given.which);
        if (!task) return;
        await this.there.end(task.id, [{ eventType: 'TASK_CANCELLED', data: { by: 'test', reason: 'test' } }]);
        return model.cancel(task, now);
      }
      case 'hold': {
        const task = pick([...model.of('queued'), ...model.of('running')], given.which);
        if (!task || task.holds) return;
        await this.note(task, 'wait');
        return model.hold(task);
      }
      case 'goOn': {
        const task = pick(
          model.tasks.filter(({ holds, status }) => holds && status !== 'done'),
          given.which,
        );
        if (!task) return;
        await this.note(task, 'go');
        return model.goOn(task, now);
      }
      case 'timeout':
        jest.advanceTimersByTime(limits.timeoutMs);
        return model.timePasses(Date.now());
      case 'crash':
        return this.crash(now);
    }
  }

  /** Waits until nothing moves any more, and compares. */
  async compare(): Promise<void> {
    await this.stillness();
    expect(await this.actual()).toEqual(this.expected());
  }

  /** False, and nothing was compared, from where there is no one right answer any more. */
  async runAndCompare(given: Command): Promise<boolean> {
    await this.run(given);
    if (this.model.isOpen) return false;
    await this.compare();
    return true;
  }

  /** Ends everything there is, and looks at what the log has of each task. */
  async finish(): Promise<void> {
    for (let rounds = 0; this.model.tasks.some(({ status }) => !isOver(status)); rounds++) {
      expect(rounds).toBeLessThan(200);
      if (!(await this.runAndCompare({ kind: 'goOn', which: 0 }))) return;
      if (!(await this.runAndCompare({ kind: 'step', which: rounds }))) return;
      const isStuck = this.model.of('running').length + this.model.of('waiting').length === 0;
      if (isStuck && !(await this.runAndCompare({ kind: 'cancel', which: 0 }))) return;
    }
    for (const { id, done, outcome, status } of this.model.tasks) {
      const events = await this.log.events.getEvents(id);
      const types = events.map(({ eventType }) => eventType).filter((type) => type !== 'TEST_NOTE');
      const end =
        outcome && { completed: 'TASK_COMPLETE', cancelled: 'TASK_CANCELLED', failed: 'TASK_FAILED' }[outcome];
      // Each step once, each task ended once; who was never accepted is not there.
      const steps = Array.from({ length: done }, () => 'TEST_STEP_DONE');
      expect([id, ...types]).toEqual(status === 'forgotten' ? [id] : [id, 'TEST_TASK', ...steps, end]);
    }
  }

  /** The process dies. What was under way happens or does not, and is over when this resolves. */
  async die(): Promise<void> {
    this.mortal.kill();
    // Its timers die with it; clearing them turns the clock back.
    const now = Date.now();
    jest.clearAllTimers();
    jest.setSystemTime(now);
    while (this.mortal.underWay > 0) await turn();
    await turn();
  }

  private get there(): Orchestrator {
    if (!this.orchestrator) throw new Error('not started');
    return this.orchestrator;
  }

  private submit({ priority, steps, dependsOn }: Extract<Command, { kind: 'submit' }>, now: number): void {
    const { tasks } = this.model;
    if (tasks.length >= MAX_TASKS) return;
    const id = `${this.prefix}-${tasks.length + 1}`;
    const other =
      dependsOn === null
        ? undefined
        : pick(
            tasks.filter(({ status }) => status !== 'forgotten'),
            dependsOn,
          );
    const needs = other ? [other.id] : [];
    // Resolves once it has room, and never if the process dies before.
    void this.there.submit(stepTask(id, { priority, steps, dependsOn: needs }));
    this.model.submit({ id, priority, steps, dependsOn: needs }, now);
  }

  private async note(task: ModelTask, text: string): Promise<void> {
    await this.there.record(task.id, [{ eventType: 'TEST_NOTE', data: { text } }]);
  }

  private async crash(now: number): Promise<void> {
    await this.die();
    await this.start();
    this.model.crash(now);
  }

  private async stillness(): Promise<void> {
    for (let quiet = 0; quiet < 6; quiet = this.mortal.underWay === 0 ? quiet + 1 : 0) await turn();
  }

  private async actual() {
    const rows = await this.log.database
      .reader<{ work: { task_id: string; status: string; position: number } }>()
      .selectFrom('work')
      .select(['task_id', 'status'])
      .where('task_id', 'like', `${this.prefix}-%`)
      .orderBy('position')
      .execute();
    const idsOf = (status: string) => rows.filter((row) => row.status === status).map((row) => row.task_id);
    return {
      inFlight: [...this.inFlight.keys()].sort(),
      queued: idsOf('queued'),
      running: idsOf('running').sort(),
      waiting: idsOf('waiting').sort(),
      done: idsOf('done').sort(),
      line: (await this.there.stats()).waitingSubmitters,
    };
  }

  private expected() {
    const { model } = this;
    const idsOf = (status: ModelTask['status']) => model.of(status).map(({ id }) => id);
    return {
      inFlight: model
        .of('running')
        .map(({ id, done }) => `${id}:${done + 1}`)
        .sort(),
      queued: model
        .of('queued')
        .toSorted((one, other) => one.position - other.position)
        .map(({ id }) => id),
      running: idsOf('running').sort(),
      waiting: idsOf('waiting').sort(),
      done: idsOf('done').sort(),
      line: idsOf('line').length,
    };
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function pick<T>(items: readonly T[], at: number): T | undefined {
  return items[at % Math.max(1, items.length)];
}

function isOver(status: ModelTask['status']): boolean {
  return status === 'done' || status === 'forgotten';
}

describe('any schedule of submitting, working, cancelling, holding, time-outs and crashes', () => {
  beforeEach(() => {
    jest.useFakeTimers({
      doNotFake: ['setImmediate', 'clearImmediate', 'nextTick', 'queueMicrotask', 'performance', 'hrtime'],
    });
  });
  afterEach(() => void jest.useRealTimers());

  it('loses no task, runs none twice at once, keeps bounds and order [OR-1, OR-4, OR-10, OR-11, OR-16]', async () => {
    let log = await eventLog();
    let schedules = 0;
    let isSpoilt = false;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (commands) => {
          if (schedules++ % PER_LOG === 0 || isSpoilt) {
            await log.close();
            log = await eventLog();
          }
          // What a schedule that went wrong has left behind is not in the way of the next, smaller one.
          isSpoilt = true;
          const schedule = new Schedule(log, `s${schedules}`);
          try {
            await schedule.start();
            for (const given of commands) {
              if (!(await schedule.runAndCompare(given))) return;
            }
            await schedule.finish();
            isSpoilt = schedule.model.isOpen;
          } finally {
            await schedule.die();
          }
        }),
        { numRuns: RUNS, ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) },
      );
    } finally {
      await log.close();
    }
  });
});
