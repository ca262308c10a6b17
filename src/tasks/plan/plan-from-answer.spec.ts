import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from '../../kernel/errors.ts';
import { documentOf, planFromAnswer } from './plan-from-answer.ts';
import { planModules, planOf } from './plan-modules.ts';

type Answer = Parameters<typeof planFromAnswer>[0];

const module = (path: string, ...dependsOn: string[]) => ({
  path,
  description: `Exports ${path}`,
  dependsOn,
  testCases: [`${path} works`],
});
const answer = (...modules: Answer['modules']): Answer => ({ objective: 'Count', language: 'javascript', modules });

function issuesOf(given: Answer): readonly string[] {
  try {
    planFromAnswer(given, []);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('the plan of a planner', () => {
  it('has a task for each file, in batches that can be built at the same time [EP-1]', () => {
    const modules = [module('c.js', 'a.js', 'b.js'), module('a.js'), module('b.js'), module('d.js', 'c.js')];
    const plan = planFromAnswer(answer(...modules), []);
    expect(plan.agents.map(({ name, tasks }) => [name, tasks.map((task) => task.name)])).toEqual([
      ['Batch 1', ['a.js', 'b.js']],
      ['Batch 2', ['c.js']],
      ['Batch 3', ['d.js']],
    ]);
    // What the workflow carries out is what the planner said, word for word.
    expect(planModules(plan).toSorted((a, b) => a.path.localeCompare(b.path))).toEqual(
      modules.toSorted((a, b) => a.path.localeCompare(b.path)),
    );
  });

  it('has the groups, names and details that the planner gives [EP-1]', () => {
    const plan = planFromAnswer(
      {
        ...answer(
          { ...module('a.js'), name: 'Words', agent: 'Text', criteria: ['No blanks'], codeExample: 'x();' },
          { ...module('b.js', 'a.js'), agent: 'Output' },
          { ...module('c.js'), agent: 'Text' },
        ),
        details: {
          title: 'Counter',
          includes: ['words'],
          packages: ['redis 7.2', 'ajv@8.20.0', '@scope/name@1', 'node'],
          complexity: 'low',
          decisions: [{ decision: 'd', rationale: 'r', alternative: 'a', whyRejected: 'w' }],
          documentation: ['README'],
        },
      },
      [],
    );
    expect(plan).toMatchObject({
      title: 'Counter',
      overview: {
        scope: { includes: ['words'], excludes: [] },
        dependencies: [
          { name: 'redis', version: '7.2' },
          { name: 'ajv', version: '8.20.0' },
          { name: '@scope/name', version: '1' },
          { name: 'node', version: '' },
        ],
        complexity: { level: 'low', reason: '' },
      },
      approach: { decisions: [{ decision: 'd' }] },
      successCriteria: { documentation: ['README'] },
      agents: [
        { name: 'Text', tasks: [{ name: 'Words', acceptanceCriteria: ['No blanks'] }, { name: 'c.js' }] },
        { name: 'Output', tasks: [{ name: 'b.js', dependencies: ['Words'] }] },
      ],
    });
  });

  it('is sent back in the words of the answer [EP-3]', () => {
    expect(issuesOf(answer(module('a.js', 'b.js'), module('../b.js', 'a.js')))).toEqual([
      expect.stringMatching(/^modules\[1\]\.path: .*leave the workspace/),
      'modules[0].dependsOn: a.js depends on b.js, which is no module of the list',
    ]);
    expect(issuesOf(answer({ ...module('a.js'), name: 'x' }, { ...module('b.test.js'), name: 'x' }))).toEqual([
      'modules[1].name: "x" is the name of another task too',
      'modules[1].path: are tests only: name the source file that they try',
    ]);
    expect(issuesOf({ ...answer(module('a.js')), details: { title: 'a\u0000' } })).toEqual([
      'title: holds a control character: leave it out',
    ]);
  });
});

describe('the document of a plan without one', () => {
  it('is made of its modules, and stands for the same modules [EP-4]', () => {
    const plan = {
      objective: 'Count',
      language: 'javascript',
      modules: [
        { path: 'a.js', description: '', dependsOn: [] },
        { path: 'src/b.js', description: 'Exports b', dependsOn: ['a.js'] },
      ],
    };
    const document = documentOf(plan);
    expect(document.agents.map(({ tasks }) => tasks.map(({ name }) => name))).toEqual([['a.js'], ['src/b.js']]);
    expect(planOf(document)).toEqual({ ...plan, document });
    expect(documentOf(planOf(document))).toBe(document);
  });

  it('shows an older plan that no caller could give today [EP-4]', () => {
    const document = documentOf({ objective: 'Count', language: '', modules: [] });
    expect(document).toMatchObject({ language: '', overview: { objective: 'Count' }, agents: [] });
  });
});
