import { describe, expect, it } from '@jest/globals';
import { FakeOllama, type FakeAnswer } from '../../test/support/fake-ollama.ts';
import { askModel, predict } from './ask-model.ts';
import type { ModelAnswer } from './language-model.ts';
import { OllamaModel } from './language-model.ollama.ts';
import { AnswerCutError, AnswerInvalidError, ModelMissingError, ModelUnavailableError } from './llm.errors.ts';
import { promptOf } from './signature.ts';
import { generateModule, type GenerateModuleInput } from './signatures/generate-module.ts';

const input: GenerateModuleInput = {
  objective: 'Count words',
  language: 'javascript',
  module: { path: 'src/count.js', description: 'export function count(text): how many words' },
  dependencies: [],
  tests: [],
  guidance: [],
};
const right = JSON.stringify({ path: 'src/count.js', code: 'export const count = () => 1;\n' });
const wrong = JSON.stringify({ path: 'count.js', code: 'export const count = () => 1;\n' });
const retry = { attempts: 3, baseDelayMs: 1, maxDelayMs: 50 };

/** An Ollama that gives these answers in turn, and the last one for ever. */
async function answering(...answers: FakeAnswer[]) {
  const ollama = await FakeOllama.start({ respond: ({ index }) => answers[Math.min(index, answers.length - 1)] ?? '' });
  const model = new OllamaModel({
    baseUrl: ollama.url,
    model: 'mistral:7b',
    contextTokens: 8192,
    answerTokens: 1024,
    timeoutMs: 10_000,
  });
  return { ollama, model, [Symbol.asyncDispose]: () => ollama[Symbol.asyncDispose]() };
}

describe('asking a model for an answer of a form', () => {
  it('gives the typed value of a right answer after one call [LM-1]', async () => {
    await using asked = await answering(right);
    const { ollama, model } = asked;
    const answer = await predict(model, generateModule, input);
    expect(answer).toMatchObject({
      value: { path: 'src/count.js', code: 'export const count = () => 1;\n' },
      provider: 'ollama',
      model: 'mistral:7b',
      calls: 1,
    });
    expect(ollama.chats[0]?.format).toEqual(promptOf(generateModule, input).answerSchema);
  });

  it('sends a wrong answer back once with its errors, and counts both calls [LM-3]', async () => {
    await using asked = await answering(wrong, right);
    const { ollama, model } = asked;
    const answer = await predict(model, generateModule, input);
    expect(answer).toMatchObject({ value: { path: 'src/count.js' }, calls: 2 });
    const [first, second] = ollama.chats;
    expect(second?.messages?.slice(0, 2)).toEqual(first?.messages);
    expect(second?.messages?.[2]).toEqual({ role: 'assistant', content: wrong });
    expect(second?.messages?.[3]?.content).toContain('- path: must be "src/count.js"');
    const alone = await askModel(model, promptOf(generateModule, input));
    expect(answer.usage?.inputTokens).toBeGreaterThan(2 * (alone.usage?.inputTokens ?? 0));
  });

  it('rejects with the errors when the repair is wrong too, after two calls [LM-3]', async () => {
    await using asked = await answering(wrong);
    const { ollama, model } = asked;
    const spent: number[] = [];
    const onAnswer = ({ usage }: ModelAnswer) => spent.push(usage?.outputTokens ?? 0);
    const error = await predict(model, generateModule, input, { onAnswer }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AnswerInvalidError);
    expect(spent).toEqual([expect.any(Number), spent[0]]);
    expect(error).toMatchObject({ transient: false, issues: [{ path: 'path', message: 'must be "src/count.js"' }] });
    expect(ollama.chats).toHaveLength(2);
  });

  it('does not ask for a repair of an answer that was cut by length [LM-3]', async () => {
    const long = JSON.stringify({ path: 'src/count.js', code: 'count(); '.repeat(300) });
    await using asked = await answering(long);
    const { ollama, model } = asked;
    const error = await predict(model, generateModule, input, { maxAnswerTokens: 64 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AnswerCutError);
    expect(error).toMatchObject({ transient: false, details: { outputTokens: 64 } });
    expect(ollama.chats).toHaveLength(1);
  });

  it('shortens a long wrong answer where it quotes it', async () => {
    await using asked = await answering({ text: 'x'.repeat(20_000), ignoresFormat: true }, right);
    const { ollama, model } = asked;
    const patient = new OllamaModel({
      baseUrl: ollama.url,
      model: 'mistral:7b',
      contextTokens: 32_768,
      answerTokens: 8192,
      timeoutMs: 10_000,
    });
    expect((await predict(patient, generateModule, input)).calls).toBe(2);
    expect(ollama.chats[1]?.messages?.[2]?.content.length).toBeLessThan(7000);
    expect(model.model).toBe('mistral:7b');
  });

  it('waits out an outage of moments [LM-1]', async () => {
    await using asked = await answering(
      { status: 503, error: 'server busy' },
      { text: right, breakOff: { afterTokens: 3, how: 'socket' } },
      right,
    );
    const { ollama, model } = asked;
    expect((await predict(model, generateModule, input, { retry })).calls).toBe(1);
    expect(ollama.chats).toHaveLength(3);
  });

  it('gives up a longer outage after its attempts with a transient error [LM-1]', async () => {
    await using asked = await answering({ status: 503, error: 'server busy' });
    const { ollama, model } = asked;
    const error = await predict(model, generateModule, input, { retry }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelUnavailableError);
    expect(error).toMatchObject({ transient: true });
    expect(ollama.chats).toHaveLength(3);
  });

  it('leaves a server alone that asks for a longer rest [LM-2]', async () => {
    await using asked = await answering({ status: 429, error: 'busy', headers: { 'retry-after': '30' } });
    const { ollama, model } = asked;
    await expect(predict(model, generateModule, input, { retry })).rejects.toMatchObject({ retryAfterMs: 30_000 });
    expect(ollama.chats).toHaveLength(1);
  });

  it('does not repeat what cannot be mended by repeating', async () => {
    await using asked = await answering(right);
    const { ollama, model } = asked;
    ollama.remove('mistral:7b');
    await expect(predict(model, generateModule, input, { retry })).rejects.toBeInstanceOf(ModelMissingError);
    expect(ollama.requests).toHaveLength(1);
  });

  it('stops between two attempts when it is aborted', async () => {
    await using asked = await answering({ status: 503, error: 'server busy' });
    const { ollama, model } = asked;
    const abort = new AbortController();
    const slow = { attempts: 3, baseDelayMs: 60_000, maxDelayMs: 60_000 };
    const outcome = expect(
      predict(model, generateModule, input, { retry: slow, signal: abort.signal }),
    ).rejects.toThrow('stop');
    await ollama.until(() => ollama.chats.length === 1);
    abort.abort(new Error('stop'));
    await outcome;
    expect(ollama.chats).toHaveLength(1);
  });
});
