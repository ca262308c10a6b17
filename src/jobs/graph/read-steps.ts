import type { Issue } from '../../kernel/errors.ts';
import { deepFreeze, plainJsonIssue } from '../../kernel/json.ts';
import { InvalidGraphError } from '../jobs.errors.ts';
import { schemaIssues, shownValue } from '../schema-issues.ts';
import { referenceIssues } from './references.ts';
import { type ToDo, toDoSchema } from './to-do.ts';

export const MAX_STEPS = 10_000;

const MAX_ISSUES = 50;
const MOST_NAMED = 10;

/**
 * Steps out of what a caller gave: completed, frozen, each id once, each dependency known, each reference to a step that
 * is waited for. `before` are steps that are there already. Throws InvalidGraphError that names all that is wrong.
 */
export function readSteps(
  given: unknown,
  before: ReadonlyMap<string, ToDo> = new Map(),
  at = 'steps',
): readonly ToDo[] {
  if (!Array.isArray(given)) throw new InvalidGraphError([{ path: at, message: 'is no list of steps: give one' }]);
  const size = given.length + before.size;
  if (size > MAX_STEPS) {
    throw new InvalidGraphError([{ path: at, message: `has ${size} steps: give at most ${MAX_STEPS}` }]);
  }
  const notJson = plainJsonIssue(given, at);
  if (notJson) throw new InvalidGraphError([notJson]);
  // A copy of its own: what the caller does with his later changes nothing.
  const steps = readFields(JSON.parse(JSON.stringify(given)) as readonly unknown[], at);
  const issues = [...identityIssues(steps, before, at)];
  steps.forEach((step, index) => issues.push(...referenceIssues(step, `${at}[${index}]`)));
  refuse(issues);
  return steps;
}

function readFields(given: readonly unknown[], at: string): readonly ToDo[] {
  const steps: ToDo[] = [];
  const issues: Issue[] = [];
  given.forEach((value, index) => {
    const parsed = toDoSchema.safeParse(value);
    if (parsed.success) steps.push(deepFreeze(parsed.data));
    else issues.push(...schemaIssues(parsed.error.issues, value, { at: `${at}[${index}]` }));
  });
  refuse(issues);
  return steps;
}

function identityIssues(steps: readonly ToDo[], before: ReadonlyMap<string, ToDo>, at: string): readonly Issue[] {
  const ids = new Set(before.keys());
  const issues: Issue[] = [];
  steps.forEach(({ id }, index) => {
    if (ids.has(id)) {
      issues.push({
        path: `${at}[${index}].id`,
        message: `${shownValue(id)} is the id of another step: give a new one`,
      });
    }
    ids.add(id);
  });
  steps.forEach(({ id, dependsOn }, index) => {
    const seen = new Set<string>();
    dependsOn.forEach(({ step }, edge) => {
      const path = `${at}[${index}].dependsOn[${edge}]`;
      if (!ids.has(step)) {
        issues.push({ path, message: `${id} depends on ${step}, which is no step: give one of ${named(ids)}` });
      } else if (seen.has(step)) issues.push({ path, message: `${step} stands in the list twice: give it once` });
      seen.add(step);
    });
  });
  return issues;
}

function named(ids: ReadonlySet<string>): string {
  const first = [...ids].slice(0, MOST_NAMED).join(', ');
  return ids.size > MOST_NAMED ? `${first} … (${ids.size} in all)` : first;
}

function refuse(issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  const more = issues.length - MAX_ISSUES;
  const shown = issues.slice(0, MAX_ISSUES);
  throw new InvalidGraphError(more > 0 ? [...shown, { path: '', message: `and ${more} more are wrong` }] : shown);
}
