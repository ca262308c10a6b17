import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from '../../kernel/errors.ts';
import { readGivenPlan } from './given-plan.ts';
import { planModules, planOf } from './plan-modules.ts';
import { planToMarkdown } from './plan-to-markdown.ts';
import { readPlan } from './read-plan.ts';

interface GivenTask {
  readonly name?: unknown;
  readonly files?: readonly unknown[];
  readonly [field: string]: unknown;
}

/** A plan with one group for each list of tasks. */
const planWith = (...agents: readonly (readonly GivenTask[])[]) => ({
  language: 'javascript',
  overview: { objective: 'Count words' },
  agents: agents.map((tasks) => ({ tasks })),
});
const task = (name: string, ...files: readonly string[]): GivenTask => ({ name, files });

function issuesOf(given: unknown, testFile?: string): string[] {
  try {
    const files = testFile === undefined ? [] : [{ path: testFile, content: '', role: 'test' as const }];
    readGivenPlan(given, files);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('an execution plan', () => {
  it('needs no more than an objective, a language and one task with a file [EP-1]', () => {
    const plan = readPlan(planWith([task('Words', 'src/words.js')]));
    expect(plan).toEqual({
      title: '',
      language: 'javascript',
      overview: {
        objective: 'Count words',
        scope: { includes: [], excludes: [] },
        dependencies: [],
        complexity: null,
      },
      clarifications: { testFramework: '', fileLocations: '', environment: '' },
      approach: { decisions: [], modulePlacement: [], integrationPoints: [], dataFlow: '' },
      agents: [
        {
          name: '',
          tasks: [
            {
              name: 'Words',
              module: '',
              description: '',
              acceptanceCriteria: [],
              files: ['src/words.js'],
              dependencies: [],
              configuration: '',
              codeExample: '',
              testCases: [],
            },
          ],
        },
      ],
      testingStrategy: [],
      successCriteria: { functional: [], nonFunctional: [], documentation: [] },
    });
    expect(readPlan(plan)).toEqual(plan);
  });

  it('is refused with everything that is missing or unknown, each with its path [EP-3]', () => {
    expect(issuesOf({ overview: {}, agents: [{ tasks: [{ name: ' ', colour: 1 }] }, { tasks: [] }] }).sort()).toEqual([
      'plan.agents[0].tasks[0].colour: is not a known field: leave it out',
      'plan.agents[0].tasks[0].files: is missing',
      'plan.agents[0].tasks[0].name: is blank',
      'plan.agents[1].tasks: is empty: give at least one',
      'plan.language: is missing',
      'plan.overview.objective: is missing',
    ]);
    expect(issuesOf(17)).toEqual(['plan: must be an object']);
    expect(issuesOf({ ...planWith([task('a', 'a.js')]), testingStrategy: ['a\u001b[2J', 'x\ud800'] })).toEqual([
      'plan.testingStrategy[0]: holds a control character: leave it out',
      'plan.testingStrategy[1]: holds half of a surrogate pair, which is no character',
    ]);
  });

  it('is refused with all that keeps it from being carried out, at once [EP-3]', () => {
    const plan = planWith(
      [task('A', 'a.js', 'a.js'), { ...task('B', '../b.js'), dependencies: ['C', 'X'], testCases: [{}] }],
      [
        task('A', './a.js', 'fixed.test.js'),
        { ...task('C', 'c.js', 'README.md'), dependencies: ['B'] },
        task('D', 'd.test.js'),
      ],
    );
    expect(issuesOf(plan, 'fixed.test.js').sort()).toEqual([
      'plan.agents: tasks depend on each other in a circle: "B" → "C" → "B"',
      'plan.agents[0].tasks[0].files[1]: a.js stands in the task twice',
      'plan.agents[0].tasks[1].dependencies[1]: "B" depends on "X", which is no task of the plan',
      expect.stringMatching(/^plan\.agents\[0\]\.tasks\[1\]\.files\[0\]: .*'\.\.' would leave the workspace/),
      'plan.agents[0].tasks[1].testCases[0]: says nothing: give a name or an expectation',
      'plan.agents[1].tasks[0].files[0]: a.js is claimed by "A" already: give each file one task',
      'plan.agents[1].tasks[0].files[1]: fixed.test.js is a given test file and stays as it is',
      'plan.agents[1].tasks[0].name: "A" is the name of another task too',
      'plan.agents[1].tasks[1].files[1]: README.md is no code that tests could try: leave it out',
      'plan.agents[1].tasks[2].files: are tests only: name the source file that they try',
    ]);
    expect(issuesOf(planWith([task('A', 'a'), task('B', 'a/b.js'), task('C', 'A')]))).toEqual([
      'plan.agents[0].tasks[1].files[0]: a/b.js needs a directory where a is a file',
      expect.stringMatching(/^plan\.agents\[0\]\.tasks\[2\]\.files\[0\]: A and a are one file/),
    ]);
    const many = Array.from({ length: 1001 }, (_, index) => ({
      ...task(`${index}`, `${index}.js`),
      dependencies: [`${index + 1}`],
    }));
    expect(issuesOf(planWith(many.slice(0, 600), many.slice(600)))).toEqual([
      'plan.agents: have 1001 tasks, more than 1000',
    ]);
  });

  it('is told by its lines when it was given as Markdown [EP-3, EP-4]', () => {
    const text = planToMarkdown(readPlan(planWith([task('A', 'a.js')], [task('B', 'a.js')])));
    const line = text.split('\n').findIndex((each) => each.includes('**B**')) + 1;
    expect(issuesOf(text)).toEqual([
      `plan.agents[1].tasks[0].files[0]: line ${line}: a.js is claimed by "A" already: give each file one task`,
    ]);
  });
});

describe('the modules of an execution plan', () => {
  const plan = readPlan(
    planWith(
      [
        {
          ...task('Words', 'src/words.js'),
          description: 'Exports words(text)',
          acceptanceCriteria: ['No empty words'],
          configuration: 'const MAX = 3;',
          codeExample: 'export const words = (text) => [];',
          testCases: [
            { name: 'splits', expectation: 'words("a b") has two' },
            { name: 'trims' },
            { expectation: 'is fast' },
          ],
        },
      ],
      [
        {
          ...task('Report', 'src/count.js', 'src/report.js', 'src/report.test.js'),
          description: 'Exports report(text)',
          dependencies: ['Words'],
          acceptanceCriteria: ['Two lines'],
        },
      ],
    ),
  );

  it('are its source files, with what their tasks depend on and the files before them [EP-1]', () => {
    expect(planModules(plan).map(({ path, dependsOn }) => [path, dependsOn])).toEqual([
      ['src/words.js', []],
      ['src/count.js', ['src/words.js']],
      ['src/report.js', ['src/words.js', 'src/count.js']],
    ]);
    expect(planOf(plan)).toMatchObject({ objective: 'Count words', language: 'javascript', document: plan });
  });

  it('are described by their own task and nothing else of the plan [EP-2]', () => {
    const [words, count, report] = planModules(plan);
    for (const part of ['Exports words(text)', 'No empty words', 'const MAX = 3;', 'export const words =']) {
      expect(words?.description).toContain(part);
      expect(report?.description).not.toContain(part);
    }
    expect(words?.description).not.toContain('report');
    expect(words?.testCases).toEqual(['splits: words("a b") has two', 'trims', 'is fast']);
    expect(report?.testCases).toEqual(['Two lines']);
    expect(count?.testCases).toEqual(['src/count.js does its part of: Exports report(text)']);
    expect(count?.description).toContain('This one is src/count.js');
  });

  it('have the description of a task that says no more as it is [EP-2]', () => {
    const bare = (given: GivenTask) => planModules(readPlan(planWith([given])))[0];
    expect(bare({ ...task('x', 'a.js'), description: 'Exports a' })).toEqual({
      path: 'a.js',
      description: 'Exports a',
      dependsOn: [],
    });
    expect(bare(task('Words', 'a.js'))?.description).toBe('Words');
    expect(bare(task('a.js', 'a.js'))?.description).toBe('');
  });
});
