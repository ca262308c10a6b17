import type { ExecutionPlan } from '../../events/index.ts';
import { InvalidInputError, type Issue } from '../../kernel/errors.ts';
import { planSchema } from './plan-schema.ts';

/**
 * A plan as a caller or a model gives it, with everything that was left out filled in and its texts trimmed; reading it
 * again changes nothing. Throws InvalidInputError with all that has not the form of a plan, each with its path below `at`.
 */
export function readPlan(given: unknown, at = 'plan'): ExecutionPlan {
  const read = planSchema.safeParse(given, { error: explain });
  if (read.success) return read.data;
  throw new InvalidInputError(read.error.issues.flatMap((issue) => issuesOf(issue, at)));
}

type ZodIssue = NonNullable<ReturnType<typeof planSchema.safeParse>['error']>['issues'][number];
type RawIssue = Parameters<Exclude<NonNullable<Parameters<typeof planSchema.safeParse>[1]>['error'], undefined>>[0];

function issuesOf(issue: ZodIssue, at: string): readonly Issue[] {
  const path = issue.path.reduce<string>(
    (before, step) => (typeof step === 'number' ? `${before}[${step}]` : `${before}.${String(step)}`),
    at,
  );
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'is not a known field: leave it out' }));
}

function explain(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${issue.expected === 'object' || issue.expected === 'array' ? 'an' : 'a'} ${issue.expected}`;
    case 'too_small':
      return issue.origin === 'string' ? 'is blank' : 'is empty: give at least one';
    case 'too_big':
      return `has more than ${String(issue.maximum)} ${issue.origin === 'string' ? 'characters' : 'entries'}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    default:
      return undefined;
  }
}
