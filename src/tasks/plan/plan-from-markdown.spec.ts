import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from '../../kernel/errors.ts';
import { MarkdownOutline } from './markdown-outline.ts';
import { planFromMarkdown } from './plan-from-markdown.ts';

describe('a plan read from Markdown', () => {
  it('may be written by hand: other markers, order, levels, wrapped lines, a tree of files [EP-4]', () => {
    const plan = planFromMarkdown(HANDWRITTEN);
    expect(plan).toMatchObject({
      title: 'Word counter',
      language: 'javascript',
      overview: {
        objective: 'Count the words of a text so that people see how long it is',
        scope: { includes: ['words', 'a report'], excludes: ['other scripts'] },
        dependencies: [
          { name: 'ajv', version: '8.20.0' },
          { name: 'redis', version: '7.2' },
        ],
        complexity: { level: 'low', reason: 'pure functions' },
      },
      clarifications: { testFramework: 'node:test\nbeside the source' },
      approach: {
        decisions: [{ decision: 'Split at blanks', rationale: '', alternative: 'A *parser*', whyRejected: 'too slow' }],
        modulePlacement: [
          { concern: 'Functions', path: 'src/' },
          { concern: 'Pages', path: 'web/' },
        ],
      },
      testingStrategy: ['Unit tests only.'],
      successCriteria: { functional: ['It counts'], nonFunctional: ['It is fast'] },
    });
    expect(plan.agents).toMatchObject([
      {
        name: 'Functions',
        tasks: [
          {
            name: 'Words',
            module: 'src/',
            description: 'Exports `words(text)`.\n\nA word has *letters* & digits.',
            files: ['src/words.js', 'src/deep/more.js', 'src/words.test.js'],
            dependencies: [],
            codeExample: 'export const words = 1;',
            testCases: [
              { name: 'splits', expectation: 'at blanks' },
              { name: '', expectation: 'Setup: none' },
            ],
          },
          { name: 'Report', module: 'src/', files: ['src/report.js'], dependencies: ['Words'] },
        ],
      },
    ]);
  });

  it('tells everything that it cannot read, each with its line [EP-4]', () => {
    const text = [
      'Hello',
      '# Implementation Plan: x',
      '## Overview',
      '- **Objective**: x',
      '- **Colour**: red',
      '- Whatever',
      '- **Estimated Complexity**: huge',
      '## Overview',
      '## Weather',
      '## Architecture Decisions',
      '- none',
      '## Build Agent 1',
      'Words',
      '#### Task 1: **a**',
      '- **Files**: `a.js`',
      '- **Mood**: good',
      '- **Files**: `b.js`',
      '',
      '> quoted',
    ].join('\n');
    expect(linesRefused(text)).toEqual([1, 5, 6, 7, 8, 9, 11, 13, 16, 17, 19]);
    expect(
      linesRefused('## Overview\n- **Language**: js\n\n## Build Agent 1\n\n#### Task 1: **a**\n- **Files**: a.js\n'),
    ).toEqual([1]);
  });

  it('is never searched for pairs of markers, which takes time by the square of the length [EP-4]', () => {
    const [section] = new MarkdownOutline('**a** _b_ [c](d) ![e](f) <http://g.h>').sections;
    const [paragraph] = section?.nodes ?? [];
    expect(paragraph?.type === 'paragraph' && paragraph.children.map(({ type }) => type)).toEqual(['text']);
    expect(linesRefused(`# a\n\n${'- '.repeat(5)}a`)).toEqual([3]);
    expect(linesRefused('x'.repeat(100_001))).toEqual([null]);
  });
});

/** Lines that the errors name; null for one that names none. */
function linesRefused(text: string): readonly (number | null)[] {
  try {
    planFromMarkdown(text);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.issues.map(({ message }) => {
      const line = /^line (\d+): /.exec(message)?.[1];
      return line === undefined ? null : Number(line);
    });
  }
}

const HANDWRITTEN = `<!-- made by hand -->
# 🚀 Implementation plan: Word counter

### ✅ Success Criteria
#### Functional requirements
* [x] It counts
#### Non-functional Requirements
1. It is fast

## Testing Strategy

Unit tests only.

---

# Task Breakdown
### Build Agent 1: Functions

#### Task 1: **Words** (Module: \`src/\`)

* **Description:** Exports \`words(text)\`.

  A word has *letters* &amp; digits.
* **Acceptance criteria:**
  * [ ] No empty
    words
* **Files to Create:**
  \`\`\`
  src/
  ├── words.js        # the function
  ├── deep/
  │   └── more.js
  └── words.test.js   # its tests
  \`\`\`
* **Dependencies**: none
* **Code Example**:

\`\`\`js
export const words = 1;
\`\`\`

* **Test Cases** (file: \`src/words.test.js\`):
  * \`splits\` → at blanks
  * Setup: none

#### Task 2: Report (Module: src/)
+ Files: src/report.js
+ Dependencies: Task 1

### Technical Approach
#### Module Placement
Functions → src/
Pages -> \`web/\`
#### Decisions
Decision | Why rejected | Alternative
--- | --- | ---
Split at blanks | too slow | A *parser*

### Technical Clarifications
#### Test framework
\`\`\`
node:test
beside the source
\`\`\`

### Overview
- Language: javascript
- **Objective**: Count the words of a text
  so that people see how long it is
- **Scope**:
  - **Includes**: words
    - a report
  - Excludes: other scripts
- **Dependencies**:
  - ajv@8.20.0
  - redis 7.2
- **Complexity**: LOW: pure functions
`;
