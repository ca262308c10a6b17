import { Orchestrator, type OrchestratorOptions, priorities, type Submission } from '../../src/orchestrator/index.ts';
import { type EventLog, eventLog } from './event-log.ts';
import { type DoStep, StepWorkflow } from './step-workflow.ts';

/** A log with as many orchestrators on it as a test starts, one after the other or at once. */
export interface OrchestratorBench {
  readonly log: EventLog;
  start(doStep?: DoStep, change?: Partial<OrchestratorOptions>): Promise<StartedOrchestrator>;
  typesOf(taskId: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface StartedOrchestrator {
  readonly orchestrator: Orchestrator;
  readonly workflow: StepWorkflow;
  readonly reports: readonly string[];
}

export async function orchestratorBench(log?: EventLog): Promise<OrchestratorBench> {
  return benchOn(log ?? (await eventLog()));
}

function benchOn(log: EventLog): OrchestratorBench {
  const started: Orchestrator[] = [];
  return {
    log,
    start: async (doStep, change) => {
      const workflow = new StepWorkflow(doStep);
      const reports: string[] = [];
      const orchestrator = await Orchestrator.open({
        events: log.events,
        database: log.database,
        processId: 'test',
        clock: Date.now,
        maxConcurrent: 5,
        maxQueue: 100,
        ageingTurns: 20,
        taskTimeoutMs: 60_000,
        instanceTimeoutMs: 10_000,
        report: (message) => reports.push(message),
        ...change,
      });
      orchestrator.register(workflow);
      started.push(orchestrator);
      return { orchestrator, workflow, reports };
    },
    typesOf: async (taskId) => (await log.events.getEvents(taskId)).map((event) => event.eventType),
    close: async () => {
      for (const orchestrator of started) await orchestrator.shutdown({ graceMs: 0 });
      await log.close();
    },
  };
}

/** A task of the step workflow; default: one step of medium priority. */
export function stepTask(
  taskId: string,
  { steps = 1, parallel = false, ...change }: Partial<Submission> & { steps?: number; parallel?: boolean } = {},
): Submission {
  const submitter = change.submitter === undefined ? {} : { submitter: change.submitter };
  return {
    taskId,
    workflow: 'steps',
    priority: priorities.MEDIUM,
    drafts: [{ eventType: 'TEST_TASK', data: { steps, parallel, ...submitter } }],
    ...change,
  };
}

/** A gate that holds steps until the test lets them go. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

/** Resolves once the condition holds; rejects after ten seconds with the condition's own source. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never became true: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
