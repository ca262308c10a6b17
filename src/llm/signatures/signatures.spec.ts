import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainJsonIssue } from '../../kernel/json.ts';
import { checkAnswer } from '../answer.ts';
import { answerOf, answerSchemaOf, promptOf, type Signature } from '../signature.ts';
import { classifyIntent, type ClassifyIntentInput } from './classify-intent.ts';
import { correctModule, type CorrectModuleInput } from './correct-module.ts';
import { functionSummarizer, type FunctionSummarizerInput } from './function-summarizer.ts';
import { generateModule, type GenerateModuleInput } from './generate-module.ts';
import { intentToGraph, type IntentToGraphInput } from './intent-to-graph.ts';
import { moduleSummarizer, type ModuleSummarizerInput } from './module-summarizer.ts';
import { fileBlocks, importName } from './parts.ts';
import { planTask, type PlanTaskInput } from './plan-task.ts';
import { selectAgent, type SelectAgentInput } from './select-agent.ts';
import { taskSummarizer, type TaskSummarizerInput } from './task-summarizer.ts';
import { writeTests, type WriteTestsInput } from './write-tests.ts';

const planInput: PlanTaskInput = {
  prompt: 'Count the words of a text',
  answers: ['Blanks only'],
  language: null,
  files: [],
};
const generateInput: GenerateModuleInput = {
  objective: 'Count the words of a text',
  language: 'typescript',
  module: { path: 'src/count.ts', description: 'export function count(text: string): number' },
  dependencies: [{ path: 'src/split.ts', content: 'export const split = (text: string) => text.split(" ");' }],
  tests: [{ path: 'test/count.test.ts', content: "import { count } from '../src/count.ts';" }],
  guidance: ['Use split.'],
};
const correctInput: CorrectModuleInput = {
  ...generateInput,
  code: 'export const count = () => 0;',
  failures: [{ test: 'counts two words', message: 'Expected 2, got 0' }],
  tried: ['returned 1'],
};
const testsInput: WriteTestsInput = {
  objective: 'Count the words of a text',
  language: 'typescript',
  module: { ...generateInput.module, testCases: ['count("a b") is 2'] },
  dependencies: [],
  testPath: 'test/count.test.ts',
  guidance: [],
};

const file = { path: 'src/count.ts', code: 'export const count = () => 1;\n' };
const plan = {
  objective: 'Count words',
  language: 'python',
  modules: [{ path: 'src/count.py', description: 'def count(text)', dependsOn: [], testCases: ['count("a b") is 2'] }],
};

const summaryInput: ModuleSummarizerInput = {
  path: 'src/count.ts',
  language: 'typescript',
  code: 'export const count = () => 1;',
  sampled: null,
  testResults: '2 of 3 tests pass',
  iterations: ['Attempt 1 returned 0'],
};
const functionInput: FunctionSummarizerInput = {
  name: 'count',
  language: 'typescript',
  code: 'function count() { return split(1); }',
  sampled: 'lines 1-1 of 9',
  dependencies: ['src/split.ts'],
};
const taskInput: TaskSummarizerInput = {
  requirements: 'Count the words of a text',
  plan: ['src/count.ts: counts'],
  status: 'running',
  modules: [{ path: 'src/count.ts', status: 'testing', passed: 2, failed: 1, iterations: 1 }],
};
const intentInput: ClassifyIntentInput = {
  message: 'Send the report to ada@example.org',
  intents: [
    { name: 'send_mail', description: 'sends a mail', examples: ['Mail it to Bob'], parameters: ['recipient'] },
    { name: 'export_pdf', description: 'makes a PDF', examples: [], parameters: [] },
  ],
};
const graphInput: IntentToGraphInput = {
  intent: 'send_mail',
  message: 'Send the report to ada@example.org',
  parameters: [{ name: 'recipient', value: 'ada@example.org' }],
  actions: [
    { name: 'open_app', description: 'starts a program' },
    { name: 'send_mail', description: 'sends a mail' },
  ],
};
const agentInput: SelectAgentInput = {
  step: { action: 'click', description: 'press Save' },
  capability: 'desktop',
  agents: [
    { id: 'desk-1', os: 'linux', capabilities: ['desktop'], load: 0.25, offer: 'has the window open' },
    { id: 'mailer', os: 'linux', capabilities: ['mail'], load: 0, offer: '' },
  ],
};

const step = {
  id: 'send',
  action: 'send_mail',
  selector: null,
  text: 'See the report',
  params: [{ name: 'to', value: 'ada@example.org' }],
  timeoutMs: null,
  dependsOn: [],
  retries: 1,
};
const summary = {
  purpose: 'Counts words.',
  dependencies: ['./split.ts'],
  functions: ['count'],
  keyDecisions: 'Splits at blanks.',
  summary: 'Counts the words of a text.',
};

interface Case {
  readonly signature: Signature<unknown, unknown>;
  readonly input: unknown;
  readonly answer: Readonly<Record<string, unknown>>;
}

function example<Input, Output>(
  signature: Signature<Input, Output>,
  input: Input,
  answer: Case['answer'],
): [string, Case] {
  // Methods of a signature take any input for the compiler; each is used with its own here.
  return [signature.name, { signature, input, answer }];
}

const cases = [
  example(planTask, planInput, plan),
  example(generateModule, generateInput, file),
  example(correctModule, correctInput, file),
  example(writeTests, testsInput, { ...file, path: 'test/count.test.ts' }),
  example(moduleSummarizer, summaryInput, summary),
  example(functionSummarizer, functionInput, {
    purpose: 'Counts words.',
    inputs: 'none',
    outputs: 'a number',
    sideEffects: 'none',
    summary: 'Counts.',
  }),
  example(taskSummarizer, taskInput, {
    goal: 'Count words.',
    status: 'running',
    modules: ['src/count.ts'],
    successRate: 0.5,
    summary: 'Under way.',
  }),
  example(classifyIntent, intentInput, {
    intent: 'send_mail',
    confidence: 0.75,
    parameters: [{ name: 'recipient', value: 'ada@example.org' }],
  }),
  example(intentToGraph, graphInput, { steps: [step] }),
  example(selectAgent, agentInput, { agent: 'desk-1', reason: 'It can.' }),
];

describe.each(cases)('%s', (_name, { signature, input, answer }) => {
  const prompt = promptOf(signature, input);

  it('is plain JSON that survives being stored [LM-4]', () => {
    expect(plainJsonIssue(prompt)).toBeNull();
    expect(JSON.parse(JSON.stringify(prompt))).toEqual(prompt);
  });

  it('starts with the same bytes whatever is asked, and shows the form of the answer last [LM-4]', () => {
    expect(prompt.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(prompt.messages[0]?.content).toBe(signature.instructions);
    const properties = Object.keys(prompt.answerSchema.properties as object);
    const shape = prompt.messages[1]?.content.split('Answer with this JSON object and nothing else:')[1] ?? '';
    for (const property of properties) expect(shape).toContain(`"${property}": `);
  });

  it('types exactly the answers that its JSON Schema accepts [LM-4]', () => {
    const schema = answerSchemaOf(signature, input);
    expect(checkAnswer(schema, answer)).toEqual({ ok: true, value: answer });
    expect(answerOf(signature, input, answer)).toEqual(answer);
    const broken = fc.tuple(fc.constantFrom(...Object.keys(answer)), fc.jsonValue());
    fc.assert(
      fc.property(broken, ([key, value]) => {
        const changed = JSON.parse(JSON.stringify({ ...answer, [key]: value })) as Record<string, unknown>;
        const accepted = checkAnswer(schema, changed);
        const typed = signature.answer(input).safeParse(accepted.ok ? accepted.value : changed);
        expect(typed.success).toBe(accepted.ok);
      }),
      // Each run compiles the schema anew.
      { numRuns: 30 },
    );
  });
});

describe('what the prompts hold', () => {
  const text = <Input, Output>(signature: Signature<Input, Output>, input: Input) =>
    promptOf(signature, input).messages[1]?.content ?? '';

  it('is everything that the model needs to know [LM-4]', () => {
    const generate = text(generateModule, generateInput);
    for (const part of ['src/count.ts', 'export const split', "from '../src/count.ts'", 'Use split.', 'TypeScript']) {
      expect(generate).toContain(part);
    }
    const correct = text(correctModule, correctInput);
    for (const part of ['export const count = () => 0;', 'counts two words', 'Expected 2, got 0', 'returned 1']) {
      expect(correct).toContain(part);
    }
    const tests = text(writeTests, testsInput);
    for (const part of ['count("a b") is 2', 'node:test', '../src/count.ts']) expect(tests).toContain(part);
    expect(text(planTask, { ...planInput, problems: ['src/a.js depends on itself'] })).toContain(
      'src/a.js depends on itself',
    );
  });

  it('is all that a summary, a choice or a graph needs [LM-4]', () => {
    const holds = (prompt: string, parts: readonly string[]) => parts.forEach((part) => expect(prompt).toContain(part));
    holds(text(moduleSummarizer, summaryInput), ['export const count', 'src/count.ts', '2 of 3 tests', 'Attempt 1']);
    holds(text(functionSummarizer, functionInput), ['split(1)', 'A sample of the function: lines 1-1', 'src/split.ts']);
    holds(text(taskSummarizer, taskInput), ['Count the words', '2 of 3 tests pass, 1 iterations', 'running']);
    holds(text(classifyIntent, intentInput), ['ada@example.org', 'sends a mail', 'Mail it to Bob', 'recipient']);
    holds(text(intentToGraph, graphInput), ['open_app: starts a program', 'recipient = ada@example.org']);
    holds(text(selectAgent, agentInput), ['press Save', 'desk-1: linux, load 25 %', 'has the window open']);
  });

  it('offers only agents with the capability, and the choice of none [LM-4]', () => {
    expect(text(selectAgent, agentInput)).not.toContain('mailer');
    const schema = answerSchemaOf(selectAgent, agentInput);
    expect(checkAnswer(schema, { agent: 'none', reason: 'busy' }).ok).toBe(true);
    expect(checkAnswer(schema, { agent: 'mailer', reason: 'idle' })).toMatchObject({
      issues: [{ path: 'agent', message: 'must be "desk-1" or "none"' }],
    });
    const nobody = answerSchemaOf(selectAgent, { ...agentInput, agents: [] });
    expect(checkAnswer(nobody, { agent: 'none', reason: 'there is none' }).ok).toBe(true);
  });

  it('knows the given intents and unknown, and no other [LM-4]', () => {
    const schema = answerSchemaOf(classifyIntent, intentInput);
    expect(checkAnswer(schema, { intent: 'unknown', confidence: 0, parameters: [] }).ok).toBe(true);
    expect(checkAnswer(schema, { intent: 'delete_all', confidence: 1, parameters: [] })).toMatchObject({
      issues: [{ path: 'intent', message: 'must be "send_mail" or "export_pdf" or "unknown"' }],
    });
    const without = answerSchemaOf(classifyIntent, { message: 'x', intents: [] });
    expect(checkAnswer(without, { intent: 'unknown', confidence: 0, parameters: [] }).ok).toBe(true);
  });

  it('names the given language and no other, and leaves out titles without content', () => {
    const schema = answerSchemaOf(planTask, { ...planInput, language: 'python' });
    expect(checkAnswer(schema, plan).ok).toBe(true);
    expect(checkAnswer(schema, { ...plan, language: 'javascript' })).toMatchObject({
      issues: [{ path: 'language', message: 'must be "python"' }],
    });
    expect(text(generateModule, { ...generateInput, dependencies: [], guidance: [] })).not.toMatch(
      /Files you can import|Guidance/,
    );
  });

  it('cuts a long failure message, and never lets a file close its own fence', () => {
    const failures = [{ test: 'loops', message: 'at line\n'.repeat(2000) }];
    expect(text(correctModule, { ...correctInput, failures }).length).toBeLessThan(4000);
    const fenced = fileBlocks([{ path: 'README.md', content: '```js\ncode\n```\n````' }]);
    expect(fenced.split('\n').filter((line) => line === '`````')).toHaveLength(2);
  });

  it.each([
    ['typescript', 'test/count.test.ts', 'src/count.ts', '../src/count.ts'],
    ['javascript', 'count.test.js', 'count.js', './count.js'],
    ['javascript', 'src/count.test.js', 'src/text/count.js', './text/count.js'],
    ['python', 'tests/test_count.py', 'src/count.py', 'src.count'],
  ])('says how %s imports: %s imports %s as %s', (language, from, to, name) => {
    expect(importName(language, from, to)).toBe(name);
  });
});
