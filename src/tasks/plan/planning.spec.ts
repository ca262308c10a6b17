import { describe, expect, it } from '@jest/globals';
import { storedEvents } from '../../../test/support/stored-events.ts';
import { ContextTooLargeError } from '../../context/index.ts';
import type { EventDraft, EventPayloads } from '../../events/index.ts';
import type { Json } from '../../kernel/json.ts';
import { type Brain, estimatePromptTokens } from '../../llm/index.ts';
import { acceptAnswer } from '../accept-answer.ts';
import { askQuestion } from '../ask.ts';
import { decideCoding } from '../coding-decide.ts';
import { evolveCoding } from '../coding-evolve.ts';
import { type CodingState, initialCodingState } from '../coding-state.ts';
import { describeNewTask, type NewTask } from '../new-task.ts';

const brain: Brain = {
  description: 'two models',
  delegated: false,
  modelFor: (role) => ({ model: `the ${role}` }) as ReturnType<Brain['modelFor']>,
  hasModel: () => false,
  health: () => Promise.resolve({ reachable: true, detail: '' }),
};
const options = { brain, promptTokens: 6000 };

const module = (path: string, ...dependsOn: string[]) => ({
  path,
  description: `Exports the function of ${path}`,
  dependsOn,
  testCases: [`${path} works`],
});
const circular = {
  objective: 'Count',
  language: 'javascript',
  modules: [module('a.js', 'b.js'), module('b.js', 'a.js')],
};

function started(task: NewTask): CodingState {
  const created = describeNewTask(task, { languages: ['javascript'], hasPrices: false });
  return after(
    initialCodingState('t'),
    { eventType: 'TASK_CREATED', data: created },
    { eventType: 'TASK_STARTED', data: { brain: '' } },
  );
}

function after(state: CodingState, ...drafts: readonly EventDraft[]): CodingState {
  return storedEvents('t', drafts).reduce(evolveCoding, state);
}

/** Asks for a plan and answers it; the prompt that was asked, and the state with what came of the answer. */
function planned(before: CodingState, answer: Json): { prompt: string; state: CodingState } {
  const asked: EventPayloads['MODEL_CALL_REQUESTED'] = askQuestion(before, { signature: 'PlanTask' }, options);
  expect(asked.model).toBe('the planner');
  const by = { by: 'ollama', model: 'm', usage: null, durationMs: 1, attempts: 1 };
  const answered = after(
    before,
    { eventType: 'MODEL_CALL_REQUESTED', data: asked },
    { eventType: 'MODEL_CALL_COMPLETED', data: { callId: asked.callId, answer, ...by } },
  );
  return {
    prompt: asked.messages.at(-1)?.content ?? '',
    state: after(answered, ...acceptAnswer(asked.callId)(answered)),
  };
}

describe('planning', () => {
  it('sends a wrong plan back with what is wrong, three times at most [EP-3]', () => {
    let state = started({ prompt: 'count' });
    for (const attempt of [1, 2, 3]) {
      const { prompt, state: next } = planned(state, circular);
      const isQuoted = prompt.includes('modules depend on each other in a circle: a.js → b.js → a.js');
      expect([attempt, isQuoted]).toEqual([attempt, attempt > 1]);
      expect(next.plan).toBeNull();
      state = next;
    }
    expect(decideCoding(state)).toMatchObject({ actions: [{ kind: 'fail', code: 'PLAN_UNUSABLE' }] });
  });

  it('keeps the plan as a document, and tells an executor its own task alone [EP-1, EP-2]', () => {
    const answer = {
      objective: 'Count',
      language: 'javascript',
      modules: [{ ...module('a.js'), criteria: ['Rejects numbers'] }, module('b.js', 'a.js')],
      details: { title: 'Counter', excludes: ['No web page'], dataFlow: 'text to number' },
    };
    const { state } = planned(started({ prompt: 'count' }), answer);
    expect(state.plan?.document).toMatchObject({
      title: 'Counter',
      overview: { scope: { excludes: ['No web page'] } },
    });
    for (const signature of ['WriteTests', 'GenerateModule'] as const) {
      const asked = askQuestion(state, { signature, module: 'a.js' }, options);
      const prompt = asked.messages.map(({ content }) => content).join('\n');
      expect(asked.model).toBe('the executor');
      expect(prompt).toContain('Exports the function of a.js');
      expect(prompt).toContain('Rejects numbers');
      for (const other of ['b.js', 'No web page', 'text to number', 'Counter']) expect(prompt).not.toContain(other);
    }
  });

  it('asks for the optional parts only where there is room, and never for more than fits [EP-1, LM-2]', () => {
    const asked = (promptTokens: number, prompt: string) =>
      askQuestion(started({ prompt }), { signature: 'PlanTask' }, { brain, promptTokens }).messages;
    const text = (messages: ReturnType<typeof asked>) => messages.map(({ content }) => content).join('\n');
    expect(text(asked(6000, 'count'))).toContain('"details": {');
    expect(text(asked(1500, 'count'))).not.toContain('"agent"');
    expect(text(asked(1500, 'count'))).not.toContain('"details"');
    for (const promptTokens of [1500, 6000]) {
      const words = (count: number) => 'word '.repeat(count).trim();
      let fitting = 1;
      while (fits(() => asked(promptTokens, words(fitting + 50)))) fitting += 50;
      expect(fitting).toBeGreaterThan(200);
      expect(estimatePromptTokens(asked(promptTokens, words(fitting)))).toBeLessThanOrEqual(promptTokens);
    }
  });

  it('is left out when the caller gives a whole plan [EP-4]', () => {
    const plan = {
      language: 'javascript',
      overview: { objective: 'Count' },
      agents: [{ tasks: [{ name: 'Words', files: ['a.js'] }] }],
    };
    expect(describeNewTask({ prompt: 'count', plan }, { languages: ['javascript'], hasPrices: false })).toMatchObject({
      language: 'javascript',
      modules: null,
    });
    expect(decideCoding(started({ prompt: 'count', plan }))).toMatchObject({ actions: [{ kind: 'adoptPlan' }] });
  });

  it.each<[string, NewTask, readonly string[]]>([
    ['with modules', { prompt: 'x', plan: '', modules: [{ path: 'a.js' }] }, ['plan', 'modules']],
    ['with another language', { prompt: 'x', language: 'python', plan: planOfOne('javascript') }, ['language']],
    ['in an unknown language', { prompt: 'x', plan: planOfOne('cobol') }, ['language']],
    ['that says nothing', { prompt: ' ', plan: {} }, ['prompt', 'plan.language', 'plan.overview', 'plan.agents']],
  ])('is refused %s, with all that is wrong [EP-3, EP-4]', (_name, task, paths) => {
    let issues: readonly { path: string }[] = [];
    try {
      describeNewTask(task, { languages: ['javascript', 'python'], hasPrices: false });
    } catch (error) {
      issues = (error as { issues: readonly { path: string }[] }).issues;
    }
    expect(issues.map(({ path }) => path)).toEqual(paths);
  });
});

function fits(ask: () => unknown): boolean {
  try {
    ask();
    return true;
  } catch (error) {
    if (error instanceof ContextTooLargeError) return false;
    throw error;
  }
}

function planOfOne(language: string): object {
  return { language, overview: { objective: 'x' }, agents: [{ tasks: [{ name: 'a', files: ['a.js'] }] }] };
}
