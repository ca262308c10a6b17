import type { ContextPart } from '../../context/index.ts';
import type { Attempt } from '../../events/index.ts';
import {
  answerSchemaOf,
  correctModule,
  generateModule,
  type JsonSchema,
  type ModelRole,
  planTask,
  type Prompt,
  promptOf,
  type Signature,
  writeTests,
} from '../../llm/index.ts';
import type { Question } from '../coding-decide.ts';
import type { CodingState, ModuleState } from '../coding-state.ts';
import { transitiveDependencies } from '../module-graph.ts';
import { testPathOf, testsByModule } from '../module-tests.ts';
import { isRegressionTest } from '../regression-tests.ts';

/** What of a question's parts a prompt shows, and what stands around them. */
export interface Shown {
  readonly has: (part: string) => boolean;
  /** Sections in front of the question's own. */
  readonly background: string;
  /** Whether the optional parts of an answer are left out, as there is little room. */
  readonly brief: boolean;
  /** The system prompt. */
  readonly instructions: string;
}

/** A question before it is known who is asked, and what there is room for. */
export interface QuestionDraft {
  readonly signature: string;
  readonly role: Extract<ModelRole, 'planner' | 'executor'>;
  /** Null: it is about the whole task. */
  readonly module: string | null;
  /** What the prompt can show: CRITICAL parts always, the others as far as there is room. */
  readonly parts: readonly ContextPart[];
  /** The same parts shown, the same bytes. */
  prompt(shown: Shown): Prompt;
}

/** How often the planner may ask before it has to plan with what it knows. */
export const MAX_QUESTION_ROUNDS = 3;

/** Puts a question into parts, from the state alone. */
export function draftQuestion(state: CodingState, question: Question): QuestionDraft {
  switch (question.signature) {
    case 'PlanTask':
      return draftPlan(state);
    case 'WriteTests':
      return draftTests(state, moduleOf(state, question.module));
    case 'GenerateModule':
      return draftCode(state, moduleOf(state, question.module));
    case 'CorrectModule':
      return draftCorrection(state, moduleOf(state, question.module));
  }
}

const OTHER_FILES = 'names of other files';
const MAX_NAMES = 80;

function draftPlan(state: CodingState): QuestionDraft {
  const { prompt = '', language = null } = state.created ?? {};
  const answers = saidByPeople(state);
  const given = [...state.files.values()];
  const parts: ContextPart[] = [
    { name: 'prompt', text: prompt, priority: 'CRITICAL', why: 'what to build' },
    ...answers.map((text, index): ContextPart => ({
      name: `answer ${index + 1}`,
      text,
      priority: 'HIGH',
      why: 'said by the caller',
    })),
    // A planner must know what is there, also of what it is not shown.
    ...namesOf(given),
    ...given.map(({ path, content, role }): ContextPart => ({
      name: path,
      text: content,
      priority: isRegressionTest(state, path) ? 'LOW' : role === 'test' ? 'HIGH' : 'MEDIUM',
      why: `given ${role} file`,
    })),
  ];
  const mayAsk = state.questionRounds < MAX_QUESTION_ROUNDS;
  return draft(planTask, null, parts, ({ has, brief }) => ({
    language,
    mayAsk,
    brief,
    prompt,
    answers: [...answers.filter((_, index) => has(`answer ${index + 1}`)), ...state.guidance],
    files: given.filter(({ path }) => has(path)),
    otherFiles: has(OTHER_FILES) ? otherNames(given.filter(({ path }) => !has(path))) : [],
    problems: state.planProblems,
  }));
}

function namesOf(files: readonly { path: string }[]): readonly ContextPart[] {
  const text = otherNames(files).join('\n');
  return files.length === 0 ? [] : [{ name: OTHER_FILES, text, priority: 'HIGH', why: 'files that are not shown' }];
}

function otherNames(files: readonly { path: string }[]): readonly string[] {
  return files.slice(0, MAX_NAMES).map(({ path }) => path);
}

function draftTests(state: CodingState, module: ModuleState): QuestionDraft {
  const facts = moduleFacts(state, module);
  return draft(writeTests, module, [...facts.parts, ...facts.present], ({ has }) => ({
    ...facts.input(has),
    module: { path: module.path, description: module.description, testCases: testCasesOf(state, module) },
    testPath: testPathOf(module.path, state.created?.files),
    present: facts.code,
  }));
}

function draftCode(state: CodingState, module: ModuleState): QuestionDraft {
  const facts = moduleFacts(state, module);
  return draft(generateModule, module, [...facts.parts, ...facts.present], ({ has }) => ({
    ...facts.input(has),
    present: facts.code,
  }));
}

function draftCorrection(state: CodingState, module: ModuleState): QuestionDraft {
  const facts = moduleFacts(state, module);
  const code = state.files.get(module.path)?.content ?? '';
  const failures = (module.failure?.results ?? [])
    .filter((result) => result.status === 'failed')
    .map(({ name, message = 'failed' }) => ({ test: name, message }));
  const problem = module.failure?.problem;
  const parts: ContextPart[] = [
    ...facts.parts,
    { name: 'current code', text: code, priority: 'CRITICAL', why: 'what is to be corrected' },
    ...(problem === undefined
      ? []
      : [{ name: 'problem', text: problem, priority: 'CRITICAL' as const, why: 'why the run failed as a whole' }]),
    ...failures.map(({ test, message }, index): ContextPart => ({
      name: `failure ${test}`,
      text: message,
      priority: index === 0 ? 'CRITICAL' : 'HIGH',
      why: 'failing test',
    })),
  ];
  // Who made no progress is not asked again: from then on the larger model corrects.
  const signature = module.stalls > 0 ? { ...correctModule, role: 'planner' as const } : correctModule;
  return draft(signature, module, parts, ({ has }) => ({
    ...facts.input(has),
    code,
    failures: failures.filter(({ test }) => has(`failure ${test}`)),
    problem,
    tried: module.attempts.slice(0, -1).map(describeAttempt),
  }));
}

function draft<Input, Output>(
  signature: Signature<Input, Output, 'planner' | 'executor'>,
  module: ModuleState | null,
  parts: readonly ContextPart[],
  input: (shown: Shown) => Input,
): QuestionDraft {
  // What is shown does not change what is asked for; `brief` does.
  const schemas = new Map<boolean, JsonSchema>();
  return {
    signature: signature.name,
    role: signature.role,
    module: module?.path ?? null,
    parts: parts.filter(({ text }) => text.trim() !== ''),
    prompt: (shown) => {
      const { background, brief, instructions } = shown;
      const filled = input(shown);
      const answerSchema = schemas.get(brief) ?? answerSchemaOf(signature, filled);
      schemas.set(brief, answerSchema);
      return promptOf(signature, filled, { instructions, background, answerSchema });
    },
  };
}

function describeAttempt({ failing, problem }: Attempt, index: number): string {
  return `Attempt ${index + 1} failed: ${failing.join(', ') || (problem ?? 'the run')}`;
}

/** What every question about a module can show, and the input made of the parts that were let in. */
function moduleFacts(state: CodingState, module: ModuleState) {
  const modules = [...state.modules.values()];
  const direct = new Set(module.dependsOn);
  const dependencies = [...transitiveDependencies(modules, module.path)].sort().flatMap((path) => {
    const file = state.files.get(path);
    return file ? [{ path, content: file.content }] : [];
  });
  const given = [...state.files.values()].filter(
    ({ path, role }) => role !== 'test' && !state.modules.has(path) && !isRegressionTest(state, path),
  );
  const tests = (testsByModule(modules, state.files.values()).get(module.path) ?? []).flatMap(
    (path) => state.files.get(path) ?? [],
  );
  const objective = state.plan?.objective ?? state.created?.prompt ?? '';
  const guidance = [...saidByPeople(state), ...state.guidance, ...module.reports, ...module.problems];
  const parts: ContextPart[] = [
    { name: 'objective', text: objective, priority: 'CRITICAL', why: 'the task' },
    { name: 'module', text: module.description, priority: 'CRITICAL', why: 'the part of the plan that is due' },
    {
      name: 'guidance',
      text: guidance.join('\n'),
      priority: 'CRITICAL',
      why: 'said by people, or wrong with the last answer',
    },
    ...tests.map(({ path, content }): ContextPart => ({
      name: path,
      text: content,
      priority: isRegressionTest(state, path) ? 'HIGH' : 'CRITICAL',
      why: 'test that must pass',
    })),
    ...dependencies.map(({ path, content }): ContextPart => ({
      name: path,
      text: content,
      priority: direct.has(path) ? 'HIGH' : 'MEDIUM',
      why: direct.has(path) ? 'direct dependency' : 'dependency of a dependency',
    })),
    ...given.map(({ path, content, role }): ContextPart => ({
      name: path,
      text: content,
      priority: 'LOW',
      why: `given ${role} file`,
    })),
  ];
  const input = (has: (part: string) => boolean) => ({
    objective,
    language: state.plan?.language ?? '',
    module: { path: module.path, description: module.description || objective },
    dependencies: [...dependencies, ...given]
      .filter(({ path }) => has(path))
      .map(({ path, content }) => ({ path, content })),
    tests: tests.filter(({ path }) => has(path)).map(({ path, content }) => ({ path, content })),
    guidance,
  });
  // Code that the task itself wrote is no basis when it is to be written anew.
  const isGiven = state.created?.files.some(({ path }) => path === module.path) ?? false;
  const code = isGiven ? state.files.get(module.path)?.content : undefined;
  const present: readonly ContextPart[] =
    code === undefined
      ? []
      : [{ name: 'present code', text: code, priority: 'CRITICAL', why: 'the file that is to be changed' }];
  return { parts, input, code, present };
}

/** What the caller said with the prompt, and answered when asked. */
function saidByPeople({ created, answered }: CodingState): readonly string[] {
  return [...(created?.answers ?? []), ...answered.map(({ question, answer }) => `${question} ${answer}`)];
}

function testCasesOf(state: CodingState, module: ModuleState): readonly string[] {
  return module.testCases?.length
    ? module.testCases
    : [`${module.path} does what the task asks: ${state.created?.prompt ?? ''}`];
}

function moduleOf(state: CodingState, path: string): ModuleState {
  const module = state.modules.get(path);
  if (!module) throw new RangeError(`The plan has no module ${path}.`);
  return module;
}
