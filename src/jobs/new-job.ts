import type { EventPayloads } from '../events/index.ts';
import { InvalidInputError, type Issue } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import { parsePriority, priorities } from '../orchestrator/index.ts';
import { TaskGraph } from './graph/task-graph.ts';
import type { ToDo } from './graph/to-do.ts';
import type { ApprovalPolicy } from './jobs.events.ts';
import type { Wish } from './workflow/job-workflow.ts';

/** A job as a caller gives it: steps, or an intent with its values, or a request in plain words. */
export interface NewJob {
  /** Chosen by the caller; else a new UUID. */
  readonly jobId?: string | undefined;
  /** Steps as ToDos; checked here. */
  readonly tasks?: readonly unknown[] | undefined;
  /** The name of an intent; with tasks only a label. */
  readonly intent?: string | undefined;
  /** What the intent needs. */
  readonly params?: Readonly<Record<string, Json>> | undefined;
  /** In plain words. */
  readonly request?: string | undefined;
  /** A name in any case, or a whole number from 0 to 100. */
  readonly priority?: string | number | undefined;
  /** 0 to 100; default 3. */
  readonly maxRetries?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface JobDefaults {
  readonly stepTimeoutMs: number;
  readonly approvalTimeoutMs: number;
  readonly backoffMs: number;
  readonly maxSteps: number;
  readonly approvals: ApprovalPolicy;
  /** What the agents can do that are registered. */
  readonly agentsCan: () => ReadonlySet<string>;
}

/** How requests and intents become steps. */
export interface JobPlanner {
  /**
   * The steps, as far as rules alone can tell. Null: a model is to be asked, which takes its time. Rejects with
   * InvalidInputError and its kin that name what is unknown or missing.
   */
  plan(wish: Wish): Promise<{ readonly intent: string; readonly steps: readonly ToDo[] } | null>;
  /** What is wrong with steps, by the executors that are known; `others` are actions that only agents do. */
  check(steps: readonly ToDo[], at: string, others: ReadonlySet<string>): readonly Issue[];
}

const DEFAULT_RETRIES = 3;
const MAX_REQUEST = 10_000;

/** What JOB_CREATED says of a new job. Throws InvalidInputError (also as InvalidGraphError) or GraphCircleError. */
export async function describeNewJob(
  job: NewJob,
  defaults: JobDefaults,
  planner: JobPlanner,
): Promise<EventPayloads['JOB_CREATED']> {
  const planned = await planOf(job, planner);
  if (planned.steps && planned.steps.length > defaults.maxSteps) {
    const message = `has ${planned.steps.length} steps: give at most ${defaults.maxSteps}, or raise JOB_MAX_STEPS`;
    throw new InvalidInputError([{ path: 'tasks', message }]);
  }
  const issues = planned.steps ? planner.check(planned.steps, 'tasks', defaults.agentsCan()) : [];
  if (issues.length > 0) throw new InvalidInputError(issues);
  const { stepTimeoutMs, approvalTimeoutMs, backoffMs, approvals } = defaults;
  return {
    ...planned,
    request: job.request ?? null,
    params: job.tasks === undefined ? (job.params ?? {}) : {},
    priority: parsePriority(job.priority ?? priorities.MEDIUM),
    maxRetries: job.maxRetries ?? DEFAULT_RETRIES,
    stepTimeoutMs,
    approvalTimeoutMs,
    backoffMs,
    approvals,
    metadata: job.metadata ?? {},
  };
}

async function planOf(
  { tasks, intent = '', params = {}, ...job }: NewJob,
  planner: JobPlanner,
): Promise<{ readonly intent: string; readonly steps: readonly ToDo[] | null }> {
  const request = job.request ?? null;
  if (tasks !== undefined) {
    if (request !== null) throw both('request', 'tasks');
    if (tasks.length === 0)
      throw new InvalidInputError([{ path: 'tasks', message: 'is empty: give at least one step' }]);
    return { intent, steps: TaskGraph.read(tasks, 'tasks').steps };
  }
  if (intent !== '' && request !== null) throw both('request', 'intent');
  if (intent === '' && request === null) {
    const message = 'is missing: give tasks, an intent, or a request in plain words';
    throw new InvalidInputError([{ path: 'tasks', message }]);
  }
  if (request !== null && request.length > MAX_REQUEST) {
    const message = `has ${request.length} characters: give at most ${MAX_REQUEST}`;
    throw new InvalidInputError([{ path: 'request', message }]);
  }
  return (await planner.plan({ intent, params, request })) ?? { intent, steps: null };
}

function both(one: string, other: string): InvalidInputError {
  return new InvalidInputError([{ path: one, message: `and ${other} cannot both be given: leave one out` }]);
}
