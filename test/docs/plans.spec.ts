import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { planFromMarkdown } from '../../src/tasks/plan/plan-from-markdown.ts';
import { planToMarkdown } from '../../src/tasks/plan/plan-to-markdown.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/plans.md', import.meta.url)), 'utf8');

it('docs/plans.md shows a plan with all of its parts, as it is printed [EP-4, PL-10]', () => {
  const [, shown = ''] = /^````md\n([\s\S]*?)^````$/m.exec(page) ?? [];
  const plan = planFromMarkdown(shown);
  expect(planToMarkdown(plan)).toBe(shown);
  const { overview, approach, successCriteria, testingStrategy } = plan;
  for (const list of [
    overview.dependencies,
    approach.decisions,
    approach.modulePlacement,
    approach.integrationPoints,
    testingStrategy,
    successCriteria.functional,
    successCriteria.nonFunctional,
    successCriteria.documentation,
  ]) {
    expect(list).toHaveLength(1);
  }
});
