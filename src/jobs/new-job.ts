import type { EventPayloads } from '../events/index.ts';
import { InvalidInputError, type Issue } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import { parsePriority, priorities } from '../orchestrator/index.ts';
import { TaskGraph } from './graph/task-graph.ts';
import type { ToDo } from './graph/to-do.ts';
import type { ApprovalPolicy } from './jobs.events.ts';

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
}

/** How requests and intents become steps. */
export interface JobPlanner {
  /** The steps of an intent. Throws InvalidInputError that names what is unknown or missing. */
  fromIntent(intent: string, params: Readonly<Record<string, Json>>): readonly ToDo[];
  /** By rules. Null: no rule fits. */
  fromRequest(request: string): { readonly intent: string; readonly steps: readonly ToDo[] } | null;
  /** Whether a model may be asked where rules do not fit. */
  readonly hasModel: boolean;
  /** What requests can be about, for people. */
  readonly intents: readonly string[];
  /** What is wrong with the fields of steps, by the executors that are known. */
  check(steps: readonly ToDo[], at: string): readonly Issue[];
}

const DEFAULT_RETRIES = 3;
const MAX_REQUEST = 10_000;

/** What JOB_CREATED says of a new job. Throws InvalidInputError (also as InvalidGraphError) or GraphCircleError. */
export function describeNewJob(job: NewJob, defaults: JobDefaults, planner: JobPlanner): EventPayloads['JOB_CREATED'] {
  const planned = planOf(job, planner);
  if (planned.steps && planned.steps.length > defaults.maxSteps) {
    const message = `has ${planned.steps.length} steps: give at most ${defaults.maxSteps}, or raise JOB_MAX_STEPS`;
    throw new InvalidInputError([{ path: 'tasks', message }]);
  }
  const issues = planned.steps ? planner.check(planned.steps, 'tasks') : [];
  if (issues.length > 0) throw new InvalidInputError(issues);
  const { stepTimeoutMs, approvalTimeoutMs, backoffMs, approvals } = defaults;
  return {
    ...planned,
    request: job.request ?? null,
    priority: parsePriority(job.priority ?? priorities.MEDIUM),
    maxRetries: job.maxRetries ?? DEFAULT_RETRIES,
    stepTimeoutMs,
    approvalTimeoutMs,
    backoffMs,
    approvals,
    metadata: job.metadata ?? {},
  };
}

function planOf(
  { tasks, intent, params = {}, request }: NewJob,
  planner: JobPlanner,
): { readonly intent: string; readonly steps: readonly ToDo[] | null } {
  if (tasks !== undefined) {
    if (request !== undefined) throw both('request', 'tasks');
    if (tasks.length === 0)
      throw new InvalidInputError([{ path: 'tasks', message: 'is empty: give at least one step' }]);
    return { intent: intent ?? '', steps: TaskGraph.read(tasks, 'tasks').steps };
  }
  if (intent !== undefined) {
    if (request !== undefined) throw both('request', 'intent');
    return { intent, steps: planner.fromIntent(intent, params) };
  }
  if (request === undefined) {
    const message = 'is missing: give tasks, an intent, or a request in plain words';
    throw new InvalidInputError([{ path: 'tasks', message }]);
  }
  if (request.length > MAX_REQUEST) {
    const message = `has ${request.length} characters: give at most ${MAX_REQUEST}`;
    throw new InvalidInputError([{ path: 'request', message }]);
  }
  const known = planner.fromRequest(request);
  if (known) return known;
  // A model takes its time: it is asked once the job has a slot.
  if (planner.hasModel) return { intent: '', steps: null };
  const message = `fits none of the intents: say it like one of ${planner.intents.join(', ')}, or give tasks`;
  throw new InvalidInputError([{ path: 'request', message }]);
}

function both(one: string, other: string): InvalidInputError {
  return new InvalidInputError([{ path: one, message: `and ${other} cannot both be given: leave one out` }]);
}
