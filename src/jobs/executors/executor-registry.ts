import type { Issue } from '../../kernel/errors.ts';
import { AppError, messageOf } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import type { TaskGraph } from '../graph/task-graph.ts';
import type { ToDo } from '../graph/to-do.ts';
import { InvalidGraphError, StepTimeoutError, UnknownActionError, VerificationFailedError } from '../jobs.errors.ts';
import type { ExecutionContext, Executor } from './executor.ts';

export interface ExecutionFailure {
  readonly code: string;
  readonly message: string;
  /** Whether it may work another time. */
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What became of one attempt at a step. */
export type ExecutionResult =
  | { readonly ok: true; readonly result: Json; readonly durationMs: number }
  | { readonly ok: false; readonly error: ExecutionFailure; readonly durationMs: number };

/** Who does what: one executor for each action. */
export class ExecutorRegistry {
  private readonly executors = new Map<string, Executor>();

  /**
   * `absent`: actions that could be done here but are not set up, and what would have to be done for that. Throws
   * TypeError for a second executor of one action.
   */
  constructor(
    executors: readonly Executor[],
    private readonly absent: ReadonlyMap<string, string> = new Map(),
  ) {
    for (const executor of executors) {
      if (this.executors.has(executor.action)) throw new TypeError(`Two executors do ${executor.action}.`);
      this.executors.set(executor.action, executor);
    }
  }

  /** What steps can do, in order of their names. */
  get actions(): readonly { readonly name: string; readonly description: string }[] {
    return [...this.executors.values()]
      .map(({ action, description }) => ({ name: action, description }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  has(action: string): boolean {
    return this.executors.has(action);
  }

  /** Why an action that could be done here is not; null: it is, or nobody here knows it. */
  whyAbsent(action: string): string | null {
    return this.absent.get(action) ?? null;
  }

  /** Throws UnknownActionError that lists the known. */
  get(action: string): Executor {
    const executor = this.executors.get(action);
    if (!executor) throw new UnknownActionError(action, [...this.executors.keys()].sort());
    return executor;
  }

  /**
   * Does a step and verifies what came of it, within its time. What fails becomes the result; it rejects only with
   * UnknownActionError, and with the reason of the context's signal. Its references must be filled in.
   */
  async execute(step: ToDo, context: ExecutionContext): Promise<ExecutionResult> {
    const executor = this.get(step.action);
    context.signal.throwIfAborted();
    const timeoutMs = step.timeoutMs ?? executor.timeoutMs;
    const start = performance.now();
    const durationMs = () => Math.round(performance.now() - start);
    const deadline = executor.waitsForPeople ? null : AbortSignal.timeout(timeoutMs);
    const signal = deadline ? AbortSignal.any([context.signal, deadline]) : context.signal;
    try {
      const result = await untilAborted(signal, this.attempt(executor, step, { ...context, signal }));
      return { ok: true, result, durationMs: durationMs() };
    } catch (error) {
      context.signal.throwIfAborted();
      const cause = deadline?.aborted ? new StepTimeoutError(step.id, step.action, timeoutMs) : error;
      return { ok: false, error: failureOf(cause), durationMs: durationMs() };
    }
  }

  private async attempt(executor: Executor, step: ToDo, context: ExecutionContext): Promise<Json> {
    const result = await executor.execute(step, context);
    const problem = await executor.verify(step, result, context);
    if (problem !== null) throw new VerificationFailedError(step.id, problem, result);
    return result;
  }
}

/**
 * Refuses a graph with steps that nobody could do as they stand. `others` are actions that agents elsewhere do: their
 * params are theirs to check. Throws InvalidGraphError that names every wrong step. To be called before a job is taken.
 */
export function validateSteps(
  { steps }: TaskGraph,
  registry: ExecutorRegistry,
  others: ReadonlySet<string> = new Set(),
): void {
  const issues = steps.flatMap((step, index): readonly Issue[] => {
    const at = `steps[${index}]`;
    if (registry.has(step.action)) return registry.get(step.action).issues(step, at);
    if (others.has(step.action)) return [];
    const absent = registry.whyAbsent(step.action);
    if (absent !== null) return [{ path: `${at}.action`, message: absent }];
    const known = [...new Set([...registry.actions.map(({ name }) => name), ...others])].sort().join(', ');
    return [{ path: `${at}.action`, message: `"${step.action}" is no action that anybody does: give one of ${known}` }];
  });
  if (issues.length > 0) throw new InvalidGraphError(issues);
}

/** Rejects as soon as the signal is aborted, even where the work does not notice. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  // The work may have ended in the abort of its own signal before anybody listened.
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // What still comes of work that was left behind is nobody's.
    work.catch(() => undefined);
  }
}

const retryableKinds: ReadonlySet<string> = new Set(['unavailable', 'limit', 'internal']);

function failureOf(error: unknown): ExecutionFailure {
  if (error instanceof AppError) {
    const { code, message, kind, details } = error;
    return { code, message, retryable: retryableKinds.has(kind), details };
  }
  return { code: 'JOBS_STEP_FAILED', message: messageOf(error), retryable: true, details: {} };
}
