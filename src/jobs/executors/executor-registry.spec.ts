import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import { TaskGraph } from '../graph/task-graph.ts';
import type { ToDo, ToDoInput } from '../graph/to-do.ts';
import { InvalidGraphError, UnknownActionError } from '../jobs.errors.ts';
import { ApprovalExecutor } from './approval.executor.ts';
import { type ExecutionContext, Executor } from './executor.ts';
import { ExecutorRegistry, validateSteps } from './executor-registry.ts';
import { HttpExecutor } from './http.executor.ts';
import { RpnExecutor } from './rpn.executor.ts';

/** Does whatever the test says. */
class ScriptedExecutor extends Executor {
  override readonly action = 'scripted';
  override readonly description = 'Does what the test says';
  override readonly timeoutMs = 10_000;

  constructor(
    private readonly work: (context: ExecutionContext) => Promise<Json>,
    private readonly problem: string | null = null,
  ) {
    super();
  }

  override issues = () => [];

  override execute(_step: ToDo, context: ExecutionContext): Promise<Json> {
    return this.work(context);
  }

  override verify(): Promise<string | null> {
    return Promise.resolve(this.problem);
  }
}

const registry = new ExecutorRegistry([new RpnExecutor(), new ApprovalExecutor(), new HttpExecutor()]);
const running = { signal: new AbortController().signal };

function step(action: string, params: ToDo['params'] = {}, more: Partial<ToDoInput> = {}): ToDo {
  const [built] = TaskGraph.build([{ id: 'a', action, params, ...more }]).steps;
  if (!built) throw new Error('The step is there.');
  return built;
}

const scripted = (work: (context: ExecutionContext) => Promise<Json>, problem: string | null = null) =>
  new ExecutorRegistry([new ScriptedExecutor(work, problem)]);

function problemsOf(steps: readonly ToDoInput[], others?: ReadonlySet<string>): readonly string[] {
  try {
    validateSteps(TaskGraph.build(steps), registry, others);
  } catch (error) {
    if (error instanceof InvalidGraphError) return error.issues.map(({ path, message }) => `${path} ${message}`);
    throw error;
  }
  return [];
}

describe('the registry of executors (JB-9; unit list 1.3)', () => {
  it('gives the executor that was registered for an action [JB-9]', () => {
    expect(registry.get('rpn')).toBeInstanceOf(RpnExecutor);
    expect(registry.has('http')).toBe(true);
    expect(registry.actions.map(({ name }) => name)).toEqual(['approval', 'http', 'rpn']);
  });

  it('has one executor for an action [JB-9]', () => {
    expect(() => new ExecutorRegistry([new RpnExecutor(), new RpnExecutor()])).toThrow('Two executors do rpn.');
  });

  it('hands a step to the executor of its action [JB-9]', async () => {
    expect(await registry.execute(step('rpn', { expression: '3 4 + 2 *' }), running)).toEqual({
      ok: true,
      result: { value: 14 },
      durationMs: expect.any(Number),
    });
  });

  it('names what it knows where it does not know an action [JB-9]', async () => {
    expect(() => registry.get('fly')).toThrow('Nobody does "fly": give one of approval, http, rpn.');
    await expect(registry.execute(step('fly'), running)).rejects.toBeInstanceOf(UnknownActionError);
  });

  it('makes a failure of what an executor throws, and says whether it may work another time [JB-9]', async () => {
    expect(await registry.execute(step('rpn', { expression: '1 0 /' }), running)).toMatchObject({
      ok: false,
      error: {
        code: 'RPN_DIVISION_BY_ZERO',
        retryable: false,
        message: expect.stringContaining('divides by zero'),
      },
    });
    const failing = scripted(() => Promise.reject(new Error('the cable is out')));
    expect(await failing.execute(step('scripted'), running)).toMatchObject({
      ok: false,
      error: { code: 'JOBS_STEP_FAILED', message: 'the cable is out', retryable: true },
    });
    const invalid = scripted(() => Promise.reject(new InvalidInputError([{ path: 'x', message: 'is wrong' }])));
    expect(await invalid.execute(step('scripted'), running)).toMatchObject({ error: { retryable: false } });
  });

  it('makes a failure of a result that is not what the step is for [JB-9]', async () => {
    const wrong = scripted(() => Promise.resolve(1), 'the door is still open');
    expect(await wrong.execute(step('scripted'), running)).toMatchObject({
      ok: false,
      error: { code: 'JOBS_VERIFICATION_FAILED', message: 'Step a was done, but the door is still open' },
    });
  });

  it('ends a step that takes longer than it may, and tells the executor [JB-9]', async () => {
    const ended: unknown[] = [];
    const slow = scripted(({ signal }) => {
      signal.addEventListener('abort', () => ended.push(signal.reason));
      return new Promise(() => undefined);
    });
    expect(await slow.execute(step('scripted', {}, { timeoutMs: 20 }), running)).toMatchObject({
      ok: false,
      error: { code: 'JOBS_STEP_TIMEOUT', retryable: true, message: expect.stringContaining('within 20 ms') },
    });
    expect(ended).toHaveLength(1);
  });

  it('rejects with the reason of whoever stops it, at once [JB-9]', async () => {
    const controller = new AbortController();
    const slow = scripted(() => {
      controller.abort(new Error('cancelled'));
      return new Promise(() => undefined);
    });
    await expect(slow.execute(step('scripted'), { signal: controller.signal })).rejects.toThrow('cancelled');
    await expect(registry.execute(step('rpn'), { signal: controller.signal })).rejects.toThrow('cancelled');
  });
});

describe('steps that are submitted', () => {
  it('are checked before anything is done, all at once, each with its place and the cure [JB-9]', () => {
    expect(
      problemsOf([
        { id: 'a', action: 'fly' },
        { id: 'b', action: 'rpn', params: { expression: 7 } },
        { id: 'c', action: 'rpn', params: { operation: 'pow', operands: [1] } },
        { id: 'd', action: 'http', params: { url: 'example.com', headers: { Host: 'x' }, verb: 'GET' } },
        { id: 'e', action: 'approval' },
        { id: 'f', action: 'rpn' },
      ]),
    ).toEqual([
      'steps[0].action "fly" is no action that anybody does: give one of approval, http, rpn',
      'steps[1].params.expression 7 does not fit: give a string',
      'steps[2].params.operation "pow" does not fit: give one of add, sub, mul, div, +, -, *, /',
      'steps[2].params.operands the list does not fit: give at least 2 items',
      'steps[3].params.url "example.com" does not fit: give a whole address such as https://example.com/',
      expect.stringMatching(/^steps\[3\].params.headers the object does not fit: leave out host/),
      'steps[3].params.verb is no field here: leave it out',
      'steps[4].params.question is missing: give a string',
      'steps[5].params the object does not fit: give either an expression such as "3 4 +", or operation and operands',
    ]);
  });

  it('may be for agents elsewhere [JB-9]', () => {
    expect(problemsOf([{ id: 'a', action: 'open_app', params: { any: 1 } }], new Set(['open_app']))).toEqual([]);
    expect(problemsOf([{ id: 'a', action: 'fly' }], new Set(['open_app']))[0]).toContain(
      'approval, http, open_app, rpn',
    );
  });

  it('may hold references where values will stand, and nothing else that is wrong [JB-9]', () => {
    const first = { id: 'a', action: 'rpn', params: { expression: '1 2 +' } };
    const second = (params: ToDo['params'], action = 'rpn') => [first, { id: 'b', action, params, dependsOn: ['a'] }];
    expect(problemsOf(second({ operation: 'add', operands: ['{{steps.a.result.value}}', 4] }))).toEqual([]);
    expect(problemsOf(second({ operation: 'add', operands: '{{steps.a.result.list}}' }))).toEqual([]);
    expect(problemsOf(second({ url: '{{steps.a.result}}', maxBytes: '{{steps.a.result.value}}' }, 'http'))).toEqual([]);
    expect(problemsOf(second({ operation: 'pow', operands: ['{{steps.a.result.value}}', 'x'] }))).toEqual([
      expect.stringContaining('steps[1].params.operation "pow"'),
      expect.stringContaining('steps[1].params.operands[1] "x"'),
    ]);
    expect(problemsOf(second({ url: '{{steps.a.result}}', verb: 1 }, 'http'))).toEqual([
      'steps[1].params.verb is no field here: leave it out',
    ]);
  });

  it('are checked again once results stand in them [JB-9]', async () => {
    const filled = step('rpn', { operation: 'add', operands: ['seven', 4] });
    expect(await registry.execute(filled, running)).toMatchObject({
      ok: false,
      error: { code: 'JOBS_GRAPH_INVALID', message: 'a.params.operands[0]: "seven" does not fit: give a number' },
    });
  });
});

describe('a step that people do', () => {
  const ask = (people = 1) => step('approval', { question: 'Send it?', people });
  const decided = (approved: boolean, by: string[], reason: string | null = null) => ({
    ...running,
    decision: { approved, by, reason },
  });

  it('is told from others, and waits without a time of its own [JB-8, JB-9]', () => {
    expect([registry.get('approval').waitsForPeople, registry.get('rpn').waitsForPeople]).toEqual([true, false]);
  });

  it('cannot be done without their decision [JB-8, JB-9]', async () => {
    expect(await registry.execute(ask(), running)).toMatchObject({
      ok: false,
      error: { code: 'JOBS_DECISION_PENDING' },
    });
  });

  it('is done with their agreement, and failed with their refusal [JB-8, JB-9]', async () => {
    expect(await registry.execute(ask(), decided(true, ['ann']))).toMatchObject({
      ok: true,
      result: { approved: true, by: ['ann'] },
    });
    expect(await registry.execute(ask(), decided(false, ['bob'], 'too dear'))).toMatchObject({
      ok: false,
      error: { message: 'Step a was done, but bob refused: too dear' },
    });
  });

  it('is refused at once where what it wants to be told is none of text, number and choice [JB-8, JB-9]', () => {
    const problems = (answer: Json) =>
      problemsOf([{ id: 'a', action: 'approval', params: { question: 'Which?', answer } }]);
    expect(problems({ type: 'text' })).toEqual([]);
    expect(problems({ type: 'choice', choices: ['blue', 'red'] })).toEqual([]);
    const wrong: readonly Json[] = ['text', { type: 'date' }, { type: 'choice' }, { type: 'choice', choices: ['one'] }];
    for (const answer of wrong) {
      expect(problems(answer)[0]).toMatch(/params\.answer/);
    }
  });

  it('needs two different people where it says so [JB-8, JB-9]', async () => {
    expect(await registry.execute(ask(2), decided(true, ['ann', 'ann']))).toMatchObject({
      ok: false,
      error: { message: 'Step a was done, but 1 of 2 different people agreed' },
    });
    expect(await registry.execute(ask(2), decided(true, ['ann', 'bob']))).toMatchObject({ ok: true });
  });
});
