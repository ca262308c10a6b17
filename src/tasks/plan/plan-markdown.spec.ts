import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ExecutionPlan } from '../../events/index.ts';
import { planFromMarkdown } from './plan-from-markdown.ts';
import { planToMarkdown } from './plan-to-markdown.ts';
import { readPlan } from './read-plan.ts';

/** Plans that are printed and read; set PLAN_RUNS for more. */
const runs = Number(process.env.PLAN_RUNS ?? 100);

const fragments = [
  ...[
    '|',
    '`',
    '``',
    '```',
    '#',
    '# ',
    '- ',
    '* ',
    '1. ',
    '> ',
    '\n',
    '\n\n',
    '\r\n',
    '\t',
    '  ',
    '---',
    '***',
    '===',
    '~~~',
  ],
  ...[
    '*',
    '**',
    '_',
    '__',
    '\\',
    '\\\\',
    '\\|',
    '<',
    '>',
    '<br>',
    '<b>',
    '</b>',
    '<!-- x -->',
    '<http://x.y>',
    '&',
    '&amp;',
    '&#32;',
  ],
  ...[
    '[',
    ']',
    '(',
    ')',
    '](',
    '[x] ',
    '[ ] ',
    '[a](b)',
    '![a](b)',
    '[a]: b',
    ':',
    ': ',
    '→',
    ' → ',
    '- x\n- y',
    '\u2028',
    '\u00a0',
  ],
  ...[
    'a',
    'b',
    'word',
    'Ω',
    '日本',
    '🧵',
    '1',
    '`a`',
    '`a|b`',
    '`\\`',
    '**bold**',
    'None',
    'Task 1',
    '(Module: `x`)',
    'Low',
    '$x$',
    '~~s~~',
  ],
];
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...fragments), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('', ...fragments),
);
const words = hostile.filter((text) => text.trim() !== '');
const texts = fc.array(words, { maxLength: 3 });
const task = fc.record({
  name: words,
  module: hostile,
  description: hostile,
  acceptanceCriteria: texts,
  files: fc.array(
    words.filter((path) => !/[\r\n]/.test(path) && path.trim() === path),
    { minLength: 1, maxLength: 3 },
  ),
  dependencies: texts,
  configuration: hostile,
  codeExample: hostile,
  testCases: fc.array(
    fc
      .record({ name: hostile, expectation: hostile })
      .filter(({ name, expectation }) => (name + expectation).trim() !== ''),
    { maxLength: 3 },
  ),
});
const anyPlan = fc.record({
  title: hostile,
  language: words,
  overview: fc.record({
    objective: words,
    scope: fc.record({ includes: texts, excludes: texts }),
    dependencies: fc.array(fc.record({ name: words, version: hostile }), { maxLength: 3 }),
    complexity: fc.option(fc.record({ level: fc.constantFrom('low', 'medium', 'high'), reason: hostile })),
  }),
  clarifications: fc.record({ testFramework: hostile, fileLocations: hostile, environment: hostile }),
  approach: fc.record({
    decisions: fc.array(
      fc.record({ decision: words, rationale: hostile, alternative: hostile, whyRejected: hostile }),
      { maxLength: 3 },
    ),
    modulePlacement: fc.array(fc.record({ concern: words, path: words }), { maxLength: 3 }),
    integrationPoints: texts,
    dataFlow: hostile,
  }),
  agents: fc.array(fc.record({ name: hostile, tasks: fc.array(task, { minLength: 1, maxLength: 2 }) }), {
    minLength: 1,
    maxLength: 2,
  }),
  testingStrategy: texts,
  successCriteria: fc.record({ functional: texts, nonFunctional: texts, documentation: texts }),
});

function read(given: unknown): ExecutionPlan | null {
  try {
    return readPlan(given);
  } catch {
    return null;
  }
}

describe('a plan as Markdown', () => {
  it('comes back as it was, whatever its texts hold [EP-4]', () => {
    let readable = 0;
    fc.assert(
      fc.property(anyPlan, (given) => {
        const plan = read(given);
        if (!plan) return;
        readable++;
        expect(planFromMarkdown(planToMarkdown(plan))).toEqual(plan);
      }),
      { numRuns: runs },
    );
    expect(readable).toBeGreaterThan(runs / 2);
  });

  it('is laid out as people know it: headings, tables, checkboxes, code [EP-4]', () => {
    const plan = readPlan({
      title: 'Connection limits',
      language: 'python',
      overview: {
        objective: 'Keep one address from taking all connections',
        scope: { includes: ['Limits per address'], excludes: ['Authentication'] },
        dependencies: [{ name: 'redis', version: '7.2' }],
        complexity: { level: 'medium', reason: 'two limits meet' },
      },
      approach: {
        decisions: [{ decision: 'Count `ip | hash`', rationale: 'a|b', alternative: 'None', whyRejected: '' }],
        modulePlacement: [{ concern: 'Managers', path: 'app/managers/' }],
      },
      agents: [
        {
          name: 'Managers',
          tasks: [
            {
              name: 'Count connections',
              module: 'app/managers/',
              description: 'Says for each address <br> whether it may connect',
              acceptanceCriteria: ['The 4th is refused'],
              files: ['app/managers/count.py'],
              codeExample: 'class Count:\n    limit = 3',
              testCases: [
                { name: 'test_limit', expectation: '3 clients → the 4th gets 1008' },
                { expectation: '`x`: y' },
              ],
            },
            { name: 'Use it', files: ['app/main.py'], dependencies: ['Count connections'] },
          ],
        },
      ],
      successCriteria: { functional: ['It works'] },
    });
    expect(planToMarkdown(plan)).toBe(
      [
        '## Implementation Plan: Connection limits',
        '### Overview',
        [
          '- **Objective**: Keep one address from taking all connections',
          '- **Language**: python',
          '- **Scope**:',
          '  - Includes:',
          '    - Limits per address',
          '  - Excludes:',
          '    - Authentication',
          '- **Dependencies**:',
          '  - `redis` 7.2',
          '- **Estimated Complexity**: Medium - two limits meet',
        ].join('\n'),
        '### Technical Approach',
        '#### Architecture Decisions',
        [
          '| Decision | Rationale | Alternative Considered | Why Rejected |',
          '| --- | --- | --- | --- |',
          '| Count \\`ip \\| hash\\` | a\\|b | None |  |',
        ].join('\n'),
        '#### Module Placement',
        '- Managers → `app/managers/`',
        '### 📋 Task Breakdown',
        '## Build Agent 1: Managers',
        '#### Task 1: **Count connections** (Module: `app/managers/`)',
        [
          '- **Description**: Says for each address \\<br> whether it may connect',
          '- **Acceptance Criteria**:',
          '  - [ ] The 4th is refused',
          '- **Files to Create**:',
          '  - `app/managers/count.py`',
          '- **Dependencies**: None',
          '- **Code Example**:',
          '',
          '  ```python',
          '  class Count:',
          '      limit = 3',
          '  ```',
          '- **Test Cases**:',
          '  - `test_limit`: 3 clients → the 4th gets 1008',
          '  - \\`x\\`: y',
        ].join('\n'),
        '#### Task 2: **Use it**',
        '- **Files to Create**:\n  - `app/main.py`\n- **Dependencies**: `Count connections`',
        '### ✅ Success Criteria',
        '#### Functional Requirements',
        '- [ ] It works\n',
      ].join('\n\n'),
    );
  });
});
