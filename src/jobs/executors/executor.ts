import type { z } from 'zod';
import type { Issue } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import type { Answer } from '../approvals/wanted-answer.ts';
import { placedReferences } from '../graph/references.ts';
import type { ToDo } from '../graph/to-do.ts';
import { InvalidGraphError } from '../jobs.errors.ts';
import { pathOf, schemaIssues } from '../schema-issues.ts';

/** What people decided about a step that waits for them. */
export interface Decision {
  readonly approved: boolean;
  readonly by: readonly string[];
  readonly reason: string | null;
  /** What they told, where the step wanted to be told something. */
  readonly answer?: Answer;
}

export interface ExecutionContext {
  /** Ends the execution at once; it then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** The job that the step belongs to, where it belongs to one. */
  readonly jobId?: string | undefined;
  /** What the step says while it runs. */
  readonly onOutput?: (chunk: string) => void;
  /** Given for steps that wait for people, once they have decided. */
  readonly decision?: Decision;
}

/** Does the steps of one action. */
export abstract class Executor {
  abstract readonly action: string;
  /** For people and models, in one sentence, with the params. */
  abstract readonly description: string;
  /** Longest time of one attempt where the step does not say. */
  abstract readonly timeoutMs: number;
  /** Whether people do it: it is executed only with their decision, and never times out by itself. */
  readonly waitsForPeople: boolean = false;

  /** What is wrong with a step, before anything is done; what references will stand for cannot be known yet. */
  abstract issues(step: ToDo, at: string): readonly Issue[];

  /** Does it, and answers the result. Rejects with an AppError, or the reason of the signal. */
  abstract execute(step: ToDo, context: ExecutionContext): Promise<Json>;

  /** What is wrong with the result, in words; null: it is what the step is for. */
  abstract verify(step: ToDo, result: Json, context: ExecutionContext): Promise<string | null>;
}

/** An executor whose params have a schema: they are checked with the job, and again before they are used. */
export abstract class SchemaExecutor<Params, Result extends Json> extends Executor {
  protected abstract readonly schema: z.ZodType<Params>;
  /** Params in which no result may stand, as they would be run. */
  protected readonly literal: readonly string[] = [];

  override issues(step: ToDo, at: string): readonly Issue[] {
    const placed = placedReferences({ params: step.params, selector: null, text: null }).map(({ path }) =>
      path.slice(1),
    );
    const parsed = this.schema.safeParse(step.params);
    const found = parsed.success ? [] : parsed.error.issues.filter((issue) => !mayStillFit(issue, placed));
    const literal = placed.filter(([field]) => this.literal.includes(String(field)));
    return [
      ...schemaIssues(found, step.params, { at: pathOf(at, ['params']) }),
      ...literal.map((path) => ({
        path: pathOf(at, ['params', ...path]),
        message: 'is run as it stands and may hold no results of others: give them in params.input',
      })),
    ];
  }

  override execute(step: ToDo, context: ExecutionContext): Promise<Json> {
    return this.perform(this.paramsOf(step), context, step);
  }

  override verify(step: ToDo, result: Json): Promise<string | null> {
    // What this very executor answered.
    return Promise.resolve(this.judge(this.paramsOf(step), result as Result));
  }

  protected abstract perform(params: Params, context: ExecutionContext, step: ToDo): Promise<Result>;

  protected abstract judge(params: Params, result: Result): string | null;

  private paramsOf(step: ToDo): Params {
    const parsed = this.schema.safeParse(step.params);
    if (parsed.success) return parsed.data;
    throw new InvalidGraphError(schemaIssues(parsed.error.issues, step.params, { at: `${step.id}.params` }));
  }
}

/** Whether what is wrong is a reference that a result will take the place of. */
function mayStillFit(issue: z.core.$ZodIssue, placed: readonly (readonly PropertyKey[])[]): boolean {
  if (issue.code === 'unrecognized_keys') return false;
  return placed.some((path) => {
    const shorter = Math.min(path.length, issue.path.length);
    return path.slice(0, shorter).every((part, index) => part === issue.path[index]);
  });
}
