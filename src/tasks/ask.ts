import { type ContextPart, prepareContext } from '../context/index.ts';
import type { Attempt, EventPayloads } from '../events/index.ts';
import { newId } from '../kernel/ids.ts';
import type { Json } from '../kernel/json.ts';
import {
  type Brain,
  correctModule,
  estimatePromptTokens,
  estimateTokens,
  generateModule,
  planTask,
  type PlanTaskInput,
  promptHash,
  promptOf,
  type Signature,
  writeTests,
} from '../llm/index.ts';
import type { Question } from './coding-decide.ts';
import type { CodingState, ModuleState } from './coding-state.ts';
import { transitiveDependencies } from './module-graph.ts';
import { testPathOf, testsByModule } from './module-tests.ts';
import { isRegressionTest } from './regression-tests.ts';
import { basisOf } from './stale-basis.ts';

export interface AskOptions {
  readonly brain: Brain;
  /** Tokens that a prompt may take: the context less the answer's room. */
  readonly promptTokens: number;
}

type Request = EventPayloads['MODEL_CALL_REQUESTED'];

/** How often the planner may ask before it has to plan with what it knows. */
export const MAX_QUESTION_ROUNDS = 3;
/** Kept free for the instructions, the headings and the schema of an answer. */
const FRAME_TOKENS = 500;
/** What the headings of a question take. */
const HEADING_TOKENS = 50;
/** With less room than this the optional parts of a plan are not asked for. */
const BRIEF_TOKENS = 4000;

interface Room extends AskOptions {
  /** What the question takes besides its parts. Default: FRAME_TOKENS. */
  readonly frameTokens?: number;
}

/**
 * Puts a question into words: what the model must know, cut to what fits, with the list of what went in and what did
 * not. Same state and question, same prompt. Throws ContextTooLargeError when the needed part alone does not fit.
 */
export function askQuestion(state: CodingState, question: Question, options: AskOptions): Request {
  switch (question.signature) {
    case 'PlanTask':
      return askForPlan(state, options);
    case 'WriteTests':
      return askForTests(state, moduleOf(state, question.module), options);
    case 'GenerateModule':
      return askForCode(state, moduleOf(state, question.module), options);
    case 'CorrectModule':
      return askForCorrection(state, moduleOf(state, question.module), options);
  }
}

function askForPlan(state: CodingState, options: AskOptions): Request {
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
    ...given.map(({ path, content, role }): ContextPart => ({
      name: path,
      text: content,
      priority: isRegressionTest(state, path) ? 'LOW' : role === 'test' ? 'HIGH' : 'MEDIUM',
      why: `given ${role} file`,
    })),
  ];
  const frame = {
    language,
    mayAsk: state.questionRounds < MAX_QUESTION_ROUNDS,
    brief: options.promptTokens < BRIEF_TOKENS,
  };
  const context = fitWithNames(parts, given, { ...options, frameTokens: planFrameTokens(frame) });
  const input = {
    ...frame,
    prompt,
    answers: [...answers.filter((_, index) => context.has(`answer ${index + 1}`)), ...state.guidance],
    files: given.filter(({ path }) => context.has(path)),
    otherFiles: context.has(OTHER_FILES) ? given.map(({ path }) => path).filter((path) => !context.has(path)) : [],
    problems: state.planProblems,
  };
  return request(state, planTask, input, null, context.manifest, options.brain);
}

/** What a question for a plan takes with nothing in it but its headings. */
function planFrameTokens(frame: Pick<PlanTaskInput, 'language' | 'mayAsk' | 'brief'>): number {
  const { messages } = promptOf(planTask, { ...frame, prompt: '', answers: [], files: [] });
  return estimatePromptTokens(messages) + HEADING_TOKENS;
}

function askForTests(state: CodingState, module: ModuleState, options: AskOptions): Request {
  const facts = moduleFacts(state, module);
  const context = fit([...facts.parts, ...facts.present], options);
  const input = {
    ...facts.input(context.has),
    module: { path: module.path, description: module.description, testCases: testCasesOf(state, module) },
    testPath: testPathOf(module.path, state.created?.files),
    present: facts.code,
  };
  return request(state, writeTests, input, module.path, context.manifest, options.brain);
}

function askForCode(state: CodingState, module: ModuleState, options: AskOptions): Request {
  const facts = moduleFacts(state, module);
  const context = fit([...facts.parts, ...facts.present], options);
  const input = { ...facts.input(context.has), present: facts.code };
  return request(state, generateModule, input, module.path, context.manifest, options.brain);
}

function askForCorrection(state: CodingState, module: ModuleState, options: AskOptions): Request {
  const facts = moduleFacts(state, module);
  const code = state.files.get(module.path)?.content ?? '';
  const failures = (module.failure?.results ?? [])
    .filter((result) => result.status === 'failed')
    .map(({ name, message = 'failed' }) => ({ test: name, message }));
  const problem = module.failure?.problem;
  const context = fit(
    [
      ...facts.parts,
      { name: 'current code', text: code, priority: 'CRITICAL', why: 'what is to be corrected' },
      { name: 'problem', text: problem ?? '', priority: 'CRITICAL', why: 'why the run failed as a whole' },
      ...failures.map(({ test, message }, index): ContextPart => ({
        name: `failure ${test}`,
        text: message,
        priority: index === 0 ? 'CRITICAL' : 'HIGH',
        why: 'failing test',
      })),
    ],
    options,
  );
  const input = {
    ...facts.input(context.has),
    code,
    failures: failures.filter(({ test }) => context.has(`failure ${test}`)),
    problem,
    tried: module.attempts.slice(0, -1).map(describeAttempt),
  };
  // Who made no progress is not asked again: from then on the larger model corrects.
  const signature = module.stalls > 0 ? { ...correctModule, role: 'planner' as const } : correctModule;
  return request(state, signature, input, module.path, context.manifest, options.brain);
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

const OTHER_FILES = 'names of other files';
const MAX_NAMES = 200;

/** As `fit`; where not all files of a project go in, their names do: a planner must know what is there. */
function fitWithNames(parts: readonly ContextPart[], files: readonly { path: string }[], options: Room) {
  const context = fit(parts, options);
  const others = files.filter(({ path }) => !context.has(path)).slice(0, MAX_NAMES);
  if (others.length === 0) return context;
  const text = others.map(({ path }) => path).join('\n');
  return fit([{ name: OTHER_FILES, text, priority: 'HIGH', why: 'files that did not fit' }, ...parts], options);
}

/** What the caller said with the prompt, and answered when asked. */
function saidByPeople({ created, answered }: CodingState): readonly string[] {
  return [...(created?.answers ?? []), ...answered.map(({ question, answer }) => `${question} ${answer}`)];
}

function fit(parts: readonly ContextPart[], { promptTokens, frameTokens = FRAME_TOKENS }: Room) {
  const context = prepareContext(parts, promptTokens - frameTokens, estimateTokens);
  const included = new Set(context.parts.map(({ name }) => name));
  return { manifest: context.manifest, has: (part: string) => included.has(part) };
}

function request<Input, Output>(
  state: CodingState,
  signature: Signature<Input, Output, 'planner' | 'executor'>,
  input: Input,
  module: string | null,
  manifest: Request['manifest'],
  brain: Brain,
): Request {
  const prompt = promptOf(signature, input);
  const model = brain.modelFor(signature.role, state.created?.models[signature.role]);
  return {
    callId: newId(),
    signature: signature.name,
    role: signature.role,
    module,
    model: model?.model ?? null,
    messages: prompt.messages,
    answerSchema: prompt.answerSchema as Readonly<Record<string, Json>>,
    promptHash: promptHash(prompt),
    manifest,
    ...(module === null ? {} : { basis: basisOf(state, module) }),
  };
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
