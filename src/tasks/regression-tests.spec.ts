import { describe, expect, it } from '@jest/globals';
import { begun, created, planned, source, started } from '../../test/support/coding-facts.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import type { EventDraft, SourceFile, TestOutcome, TestResult } from '../events/index.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { acceptAnswer } from './accept-answer.ts';
import { decideCoding } from './coding-decide.ts';
import { evolveCoding } from './coding-evolve.ts';
import { type CodingState, initialCodingState } from './coding-state.ts';
import { testPathOf } from './module-tests.ts';
import { describeNewTask } from './new-task.ts';

const regression = (path: string): SourceFile => ({ path, content: '', role: 'regression' });
const project = (change: Partial<EventDraft<'TASK_CREATED'>['data']> = {}) =>
  created({
    language: 'javascript',
    files: [source('a.js'), regression('a.test.js'), regression('b.test.js'), regression('c.test.js')],
    ...change,
  });
const result = (file: string, status: TestResult['status']): TestResult => ({
  file,
  name: file,
  status,
  durationMs: 1,
});

function trial(results: readonly TestResult[], problem?: string): EventDraft {
  const failed = results.filter(({ status }) => status === 'failed').length;
  const data: TestOutcome = {
    ...{ module: null, passed: results.length - failed, failed, results, durationMs: 1, isolation: 'none' },
    ...{ exitCode: 0, output: '', outputBytesCut: 0, trial: true },
    ...(problem === undefined ? {} : { problem }),
  };
  return { eventType: failed > 0 || problem !== undefined ? 'TEST_FAILED' : 'TEST_PASSED', data };
}

function after(...drafts: EventDraft[]): CodingState {
  return storedEvents('t', drafts).reduce(evolveCoding, initialCodingState('t'));
}

const due = (state: CodingState) => {
  const decision = decideCoding(state);
  return decision.kind === 'act' ? decision.actions : [];
};
const rolesOf = (state: CodingState) => Object.fromEntries([...state.files].map(([path, { role }]) => [path, role]));

describe('tests of an existing project', () => {
  it('are run before anything is planned, whoever plans [TK-4]', () => {
    const files = ['a.test.js', 'b.test.js', 'c.test.js'];
    const modules = [{ path: 'a.js', description: '', dependsOn: [] }];
    for (const task of [project(), project({ modules })]) {
      expect(due(after(task, started))).toMatchObject([{ kind: 'test', module: null, files }]);
    }
    const green = trial(files.map((file) => result(file, 'passed')));
    expect(due(after(project(), started, green))).toMatchObject([{ question: { signature: 'PlanTask' } }]);
    expect(due(after(project({ modules }), started, green))).toMatchObject([{ kind: 'adoptPlan' }]);
  });

  it('that are green must stay so, and a model writes those of what is new [TK-4]', () => {
    const state = after(
      project(),
      started,
      trial(['a.test.js', 'b.test.js', 'c.test.js'].map((file) => result(file, 'passed'))),
      planned({ path: 'a.js' }),
      begun('a.js'),
    );
    expect(due(state)).toMatchObject([{ question: { signature: 'WriteTests', module: 'a.js' } }]);
    expect(rolesOf(state)).toMatchObject({ 'a.js': 'source', 'a.test.js': 'test', 'c.test.js': 'test' });
  });

  it('that are red count no more, and the others are run again without them [TK-4]', () => {
    const first = after(
      project(),
      started,
      trial([result('a.test.js', 'failed'), result('b.test.js', 'passed')], 'c.test.js ran longer than 5 ms'),
    );
    expect(rolesOf(first)).toMatchObject({ 'a.test.js': 'fixture', 'b.test.js': 'regression', 'c.test.js': 'fixture' });
    expect(due(first)).toMatchObject([{ kind: 'test', files: ['b.test.js'] }]);
  });

  it('come to an end whatever their runs say', () => {
    const nothing = trial([result('b.test.js', 'passed')], 'the machine had a bad day');
    const silent = after(project(), started, nothing);
    expect(rolesOf(silent)).toMatchObject({
      'a.test.js': 'fixture',
      'b.test.js': 'regression',
      'c.test.js': 'fixture',
    });
    const none = after(project(), started, nothing, nothing);
    expect(due(none)).toMatchObject([{ question: { signature: 'PlanTask' } }]);
  });

  it('are not for a model to change, also those that are red [TK-4]', () => {
    const red = trial([result('a.test.js', 'failed'), result('b.test.js', 'failed'), result('c.test.js', 'failed')]);
    const answer = {
      objective: 'o',
      language: 'javascript',
      modules: [{ path: 'a.test.js', description: 'd', dependsOn: [], testCases: ['t'] }],
    };
    const asked: EventDraft[] = [
      {
        eventType: 'MODEL_CALL_REQUESTED',
        data: {
          ...{ callId: 'c', signature: 'PlanTask', role: 'planner', module: null, model: 'm', messages: [] },
          ...{ answerSchema: {}, promptHash: '', manifest: [] },
        },
      },
      {
        eventType: 'MODEL_CALL_COMPLETED',
        data: {
          ...{ callId: 'c', answer, by: 'm', model: 'm', durationMs: 1, attempts: 1 },
          usage: null,
        },
      },
    ];
    expect(acceptAnswer('c')(after(project(), started, red, ...asked))).toMatchObject([
      { eventType: 'MODEL_ANSWER_REJECTED', data: { issues: [expect.stringMatching(/given test file/)] } },
    ]);
  });

  it('say the language where the caller does not, or the task is refused', () => {
    const task = (path: string) => ({ prompt: 'p', files: [{ path, content: '', role: 'regression' as const }] });
    const languages = ['javascript', 'python'];
    expect(describeNewTask(task('test_a.py'), languages)).toMatchObject({ language: 'python' });
    expect(() => describeNewTask(task('a.test'), languages)).toThrow(InvalidInputError);
  });
});

describe('the test file that a model writes', () => {
  it('takes no name that the project has', () => {
    const taken = [regression('src/a.test.js'), source('src/a-2.test.js'), source('test_b.py')];
    expect(testPathOf('src/a.js', taken)).toBe('src/a-3.test.js');
    expect(testPathOf('b.py', taken)).toBe('test_b_2.py');
    expect(testPathOf('src/a.js')).toBe('src/a.test.js');
  });

  it('stands where the project has its tests', () => {
    const apart = [regression('tests/unit/test_a.py'), regression('tests/unit/test_b.py'), regression('lib/test_c.py')];
    expect(testPathOf('pkg/b.py', apart)).toBe('tests/unit/test_b_2.py');
    expect(testPathOf('lib/d.py', apart)).toBe('lib/test_d.py');
    expect(testPathOf('pkg/a.py', [regression('lib/test_a.py')])).toBe('pkg/test_a.py');
  });
});
