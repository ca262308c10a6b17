import { describe, expect, it } from '@jest/globals';
import { FakeOllama } from '../../../test/support/fake-ollama.ts';
import { predict } from '../ask-model.ts';
import { OllamaModel } from '../language-model.ollama.ts';
import { AnswerInvalidError } from '../llm.errors.ts';
import { classifyIntent, type ClassifyIntentInput } from './classify-intent.ts';
import { type GraphStep, intentToGraph, type IntentToGraphInput } from './intent-to-graph.ts';

const graphInput: IntentToGraphInput = {
  intent: 'portal_report',
  message: 'Fetch the report and mail it',
  parameters: [],
  actions: [{ name: 'http', description: 'asks a server' }],
};
const step = (id: string, ...dependsOn: string[]): GraphStep => ({
  id,
  action: 'http',
  selector: null,
  text: null,
  params: [],
  timeoutMs: null,
  dependsOn,
  retries: 0,
});

const intentInput: ClassifyIntentInput = {
  message: 'Mail the report to Ada',
  intents: [
    { name: 'send_mail', description: 'sends a mail', examples: [], parameters: ['recipient'] },
    { name: 'export_pdf', description: 'makes a PDF', examples: [], parameters: ['file'] },
  ],
};
const intent = (...parameters: { name: string; value: string }[]) => ({
  intent: 'send_mail',
  confidence: 0.9,
  parameters,
});

/** An Ollama that gives these answers in turn, and the last one for ever. */
async function answering(...answers: readonly object[]) {
  const ollama = await FakeOllama.start({
    respond: ({ index }) => JSON.stringify(answers[Math.min(index, answers.length - 1)]),
  });
  const model = new OllamaModel({
    baseUrl: ollama.url,
    model: 'mistral:7b',
    contextTokens: 8192,
    answerTokens: 1024,
    timeoutMs: 10_000,
  });
  return { ollama, model, [Symbol.asyncDispose]: () => ollama[Symbol.asyncDispose]() };
}

const graph = (...steps: readonly GraphStep[]) => ({ steps });

function graphIssues(...steps: readonly GraphStep[]) {
  return intentToGraph.issues?.(graphInput, { steps }).map(({ path, message }) => `${path}: ${message}`);
}

describe('a graph of steps that a model wrote', () => {
  it('is sent back with its circle by name, and taken once it has none [LM-4]', async () => {
    const right = graph(step('fetch'), step('mail', 'fetch'));
    await using asked = await answering(graph(step('fetch', 'mail'), step('mail', 'fetch')), right);
    const answer = await predict(asked.model, intentToGraph, graphInput);
    expect(answer).toMatchObject({ value: right, calls: 2 });
    expect(asked.ollama.chats[1]?.messages?.at(-1)?.content).toContain(
      '- steps: steps wait for each other in a circle: fetch → mail → fetch',
    );
  });

  it('is refused when it is wrong twice, with what is wrong [LM-3] [LM-4]', async () => {
    await using asked = await answering(graph(step('mail', 'fetch')));
    const error = await predict(asked.model, intentToGraph, graphInput).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AnswerInvalidError);
    expect(error).toMatchObject({ issues: [{ path: 'steps[0].dependsOn' }] });
    expect(asked.ollama.chats).toHaveLength(2);
  });

  it('may be a single step, a chain, or steps that share what they need [LM-4]', () => {
    expect(graphIssues(step('a'))).toEqual([]);
    expect(graphIssues(step('c', 'b'), step('b', 'a'), step('a'))).toEqual([]);
    expect(graphIssues(step('a'), step('b', 'a'), step('c', 'a'), step('d', 'b', 'c'))).toEqual([]);
  });

  it('has no unknown needs, no id twice and no circle, also not beside or behind other steps [LM-4]', () => {
    expect(graphIssues(step('a', 'x'))).toEqual(['steps[0].dependsOn: a depends on x, which is no step']);
    expect(graphIssues(step('a'), step('a'))).toEqual(['steps[1].id: a is the id of an earlier step']);
    expect(graphIssues(step('a', 'a'))).toEqual(['steps: steps wait for each other in a circle: a → a']);
    expect(graphIssues(step('z'), step('q', 'a'), step('a', 'z', 'b'), step('b', 'c'), step('c', 'a'))).toEqual([
      'steps: steps wait for each other in a circle: a → b → c → a',
    ]);
  });

  it('is judged within moments, however its steps are joined [LM-4]', () => {
    const ids = Array.from({ length: 50 }, (_, index) => `s${index}`);
    const all = ids.map((id, index) => step(id, ...ids.slice(0, index)));
    expect(graphIssues(...all)).toEqual([]);
    expect(graphIssues(...all.toReversed())).toEqual([]);
  });
});

describe('an intent that a model chose', () => {
  it('has only values that stand in the request, else it is sent back [LM-4]', async () => {
    const right = intent({ name: 'recipient', value: 'ada' });
    await using asked = await answering(intent({ name: 'recipient', value: 'bob@example.org' }), right);
    expect(await predict(asked.model, classifyIntent, intentInput)).toMatchObject({ value: right, calls: 2 });
    expect(asked.ollama.chats[1]?.messages?.at(-1)?.content).toContain('- parameters[0].value: does not stand in');
  });

  it('has each of its own parameters once, and none of another intent [LM-4]', () => {
    const issues = (answer: ReturnType<typeof intent>) => classifyIntent.issues?.(intentInput, answer);
    const ada = { name: 'recipient', value: 'Ada' };
    expect(issues(intent(ada))).toEqual([]);
    expect(issues(intent())).toEqual([]);
    expect(issues(intent(ada, ada))).toMatchObject([{ path: 'parameters[1].name' }]);
    expect(issues(intent({ name: 'file', value: 'report' }))).toMatchObject([
      { path: 'parameters[0].name', message: 'send_mail has no parameter file: leave it out' },
    ]);
  });
});
