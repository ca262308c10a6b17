import type { ExecutionPlan, SourceFile } from '../../events/index.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import { PlanText } from './plan-from-markdown.ts';
import { planIssues } from './plan-issues.ts';
import { readPlan } from './read-plan.ts';

/**
 * The plan that a person gives, as an object or as the Markdown of planToMarkdown, fit to be carried out. Throws
 * InvalidInputError with all that is wrong: each issue has its path below `at`, and of Markdown its line.
 */
export function readGivenPlan(given: unknown, files: readonly SourceFile[], at = 'plan'): ExecutionPlan {
  const text = typeof given === 'string' ? new PlanText(given, at) : null;
  const plan = text ? text.plan : readPlan(given, at);
  const issues = planIssues(plan, files, at);
  if (issues.length > 0) throw new InvalidInputError(text ? text.located(issues) : issues);
  return plan;
}
