import { describe, expect, it } from '@jest/globals';
import { FakeOllama, type FakeModel, type FakeOllamaOptions } from '../../test/support/fake-ollama.ts';
import { OllamaModel, type OllamaOptions } from './language-model.ollama.ts';
import type { ChatMessage } from './language-model.ts';
import {
  ContextOverflowError,
  ModelMissingError,
  ModelRefusedError,
  ModelTimeoutError,
  ModelUnavailableError,
} from './llm.errors.ts';

const question: readonly ChatMessage[] = [
  { role: 'system', content: 'You answer in one word.' },
  { role: 'user', content: 'What colour is the sky?' },
];

function modelOn(ollama: FakeOllama, changes: Partial<OllamaOptions> = {}): OllamaModel {
  return new OllamaModel({
    baseUrl: ollama.url,
    model: 'qwen3:8b',
    contextTokens: 8192,
    answerTokens: 2048,
    timeoutMs: 10_000,
    ...changes,
  });
}

function ollamaThat(respond: FakeOllamaOptions['respond'], options: Partial<FakeOllamaOptions> = {}) {
  return FakeOllama.start({ respond, ...options });
}

const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`).join(' ');

describe('a model of an Ollama server', () => {
  it('answers with the text, the usage and every piece as it comes [LM-1]', async () => {
    await using ollama = await ollamaThat(() => 'A fine shade of blue.');
    const pieces: string[] = [];
    const answer = await modelOn(ollama).generate({ messages: question, onText: (text) => pieces.push(text) });
    expect(answer).toMatchObject({ text: 'A fine shade of blue.', finish: 'stop', usage: { outputTokens: 6 } });
    expect(answer.usage?.inputTokens).toBeGreaterThan(10);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe('A fine shade of blue.');
  });

  it('sends one num_ctx for ever, no truncation, no shift, no thinking and the schema, so that the model is loaded once [LM-2]', async () => {
    await using ollama = await ollamaThat(() => '{"a":1}');
    const model = modelOn(ollama);
    const answerSchema = { type: 'object', properties: { a: { type: 'number' } } };
    await model.generate({ messages: question });
    await model.generate({ messages: question, maxAnswerTokens: 100, answerSchema });
    expect(ollama.chats[1]).toMatchObject({
      model: 'qwen3:8b',
      stream: true,
      think: false,
      truncate: false,
      shift: false,
      format: answerSchema,
      options: { num_ctx: 8192, num_predict: 100 },
    });
    expect(ollama.chats[0]?.options).toEqual({ num_ctx: 8192, num_predict: 2048 });
    expect(ollama.loads.get('qwen3:8b')).toBe(1);
  });

  it('cuts num_ctx to what the model can take, and asks for that once [LM-2]', async () => {
    const small: FakeModel = { name: 'qwen3:8b', contextLength: 4096 };
    await using ollama = await ollamaThat(() => 'blue', { models: [small] });
    const model = modelOn(ollama);
    await model.generate({ messages: question });
    await model.generate({ messages: question });
    expect(ollama.chats.map((chat) => chat.options?.num_ctx)).toEqual([4096, 4096]);
    expect(ollama.requests.filter(({ path }) => path === '/api/show')).toHaveLength(1);
  });

  it('keeps a model that can think from thinking, and asks gpt-oss for the least [LM-2]', async () => {
    const models: FakeModel[] = [
      { name: 'qwen3:8b', capabilities: ['completion', 'thinking'] },
      { name: 'gpt-oss:20b', architecture: 'gptoss', capabilities: ['completion', 'thinking'] },
    ];
    await using ollama = await ollamaThat(({ thinks }) => (thinks ? 'thought' : 'did not think'), { models });
    const plain = await modelOn(ollama).generate({ messages: question });
    const oss = await modelOn(ollama, { model: 'gpt-oss:20b' }).generate({ messages: question });
    expect([plain.text, oss.text]).toEqual(['did not think', 'thought']);
    expect(ollama.chats.map((chat) => chat.think)).toEqual([false, 'low']);
  });

  it('reads a stream whose bytes are split anywhere, inside characters too', async () => {
    const text = 'Grüße, 世界, 👋🏽 — "quoted" \\ and\nlines';
    await using ollama = await ollamaThat(() => ({ text, bytesPerWrite: 3 }));
    expect((await modelOn(ollama).generate({ messages: question })).text).toBe(text);
  });

  it('says that an answer was cut by its limit', async () => {
    await using ollama = await ollamaThat(() => words(200));
    const answer = await modelOn(ollama).generate({ messages: question, maxAnswerTokens: 64 });
    expect(answer).toMatchObject({ finish: 'length', usage: { outputTokens: 64 } });
  });

  it('names a missing model together with its pull line, and finds it once it is pulled [LM-2]', async () => {
    await using ollama = await ollamaThat(() => 'blue', { models: ['mistral:7b'] });
    const model = modelOn(ollama);
    const error = await model.generate({ messages: question }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelMissingError);
    expect(error).toMatchObject({ transient: true, kind: 'unavailable', cure: 'ollama pull qwen3:8b' });
    expect((error as Error).message).toContain('ollama pull qwen3:8b');
    ollama.pull('qwen3:8b');
    expect((await model.generate({ messages: question })).text).toBe('blue');
    ollama.remove('qwen3:8b');
    await expect(model.generate({ messages: question })).rejects.toBeInstanceOf(ModelMissingError);
    ollama.pull({ name: 'qwen3:8b', contextLength: 4096 });
    await model.generate({ messages: question });
    expect(ollama.chats.at(-1)?.options?.num_ctx).toBe(4096);
  });

  it('tells what the server said when it broke off', async () => {
    const breakOff = { afterTokens: 2, how: 'error', error: 'CUDA out of memory' } as const;
    await using ollama = await ollamaThat(() => ({ text: words(20), breakOff }));
    await expect(modelOn(ollama).generate({ messages: question })).rejects.toThrow('CUDA out of memory');
  });
});

describe('a prompt that does not fit', () => {
  it('is refused before it is sent when even its words are too many [LM-2]', async () => {
    await using ollama = await ollamaThat(() => 'blue');
    const messages = [{ role: 'user' as const, content: words(7000) }];
    const error = await modelOn(ollama)
      .generate({ messages })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ContextOverflowError);
    expect(error).toMatchObject({ transient: false, numbers: { answerTokens: 2048, contextTokens: 8192 } });
    expect(ollama.chats).toHaveLength(0);
  });

  it('is an error with its numbers when the server refuses it [LM-2]', async () => {
    await using ollama = await ollamaThat(() => 'blue');
    const messages = [{ role: 'user' as const, content: 'x-'.repeat(6000) }];
    const error = await modelOn(ollama)
      .generate({ messages })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ContextOverflowError);
    expect((error as ContextOverflowError).numbers.promptTokens).toBeGreaterThan(8192);
  });

  it('is noticed when an old server truncates it all the same [LM-2]', async () => {
    await using ollama = await ollamaThat(() => 'blue', { beforeTruncateOption: true });
    const messages = [
      ...question,
      { role: 'assistant' as const, content: 'x-'.repeat(4500) },
      { role: 'user' as const, content: 'x-'.repeat(2000) },
    ];
    const error = await modelOn(ollama)
      .generate({ messages })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ContextOverflowError);
    expect((error as Error).message).toMatch(/the server read \d+ tokens of the prompt and dropped the rest/);
  });

  it('is noticed when the server counted fewer tokens than the prompt has words [LM-2]', async () => {
    await using ollama = await ollamaThat(() => ({ text: 'blue', promptEvalCount: 150 }));
    const messages = [{ role: 'user' as const, content: words(300) }];
    await expect(modelOn(ollama).generate({ messages })).rejects.toBeInstanceOf(ContextOverflowError);
  });
});

describe('an abort', () => {
  it('reaches the server before the first token [LM-2]', async () => {
    await using ollama = await ollamaThat(() => ({ text: 'never', beforeFirstToken: untilGone }));
    const abort = new AbortController();
    const answer = modelOn(ollama).generate({ messages: question, signal: abort.signal });
    const outcome = expect(answer).rejects.toThrow('cancelled by a person');
    await ollama.until(() => ollama.chats.length === 1);
    abort.abort(new Error('cancelled by a person'));
    await outcome;
    await ollama.until(() => ollama.disconnects === 1);
    expect(ollama.tokensSent).toBe(0);
  });

  it('stops a generation in the middle [LM-2]', async () => {
    await using ollama = await ollamaThat(() => ({
      text: words(1000),
      betweenTokens: (sent, signal) => (sent === 3 ? untilGone(signal) : Promise.resolve()),
    }));
    const abort = new AbortController();
    const answer = modelOn(ollama).generate({ messages: question, signal: abort.signal });
    const outcome = expect(answer).rejects.toThrow('enough');
    await ollama.until(() => ollama.tokensSent === 3);
    abort.abort(new Error('enough'));
    await outcome;
    await ollama.until(() => ollama.disconnects === 1);
    expect(ollama.tokensSent).toBe(3);
  });

  it('before the call asks nothing', async () => {
    await using ollama = await ollamaThat(() => 'blue');
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(modelOn(ollama).generate({ messages: question, signal })).rejects.toThrow('too late');
    expect(ollama.requests).toHaveLength(0);
  });

  it('of one caller leaves another caller of the same model alone', async () => {
    await using ollama = await ollamaThat(({ index }) =>
      index === 0 ? { text: 'never', beforeFirstToken: untilGone } : 'blue',
    );
    const model = modelOn(ollama);
    const abort = new AbortController();
    const first = expect(model.generate({ messages: question, signal: abort.signal })).rejects.toThrow('one');
    await ollama.until(() => ollama.chats.length === 1);
    const second = model.generate({ messages: question });
    abort.abort(new Error('one'));
    await first;
    expect((await second).text).toBe('blue');
  });
});

describe('trouble on the way', () => {
  it('of every passing kind is a transient ModelUnavailableError [LM-1]', async () => {
    await using ollama = await ollamaThat(() => 'blue');
    const model = modelOn(ollama);
    const answers: FakeOllamaOptions['respond'][] = [
      () => ({ status: 503, error: 'server busy, please try again.' }),
      () => ({ status: 429, error: 'slow down' }),
      () => ({ status: 500, error: 'llama runner process has terminated' }),
      () => ({ text: words(20), breakOff: { afterTokens: 5, how: 'error', error: 'out of memory' } }),
      () => ({ text: words(20), breakOff: { afterTokens: 5, how: 'end' } }),
      () => ({ text: words(20), breakOff: { afterTokens: 5, how: 'socket' } }),
      () => ({ text: '', breakOff: { afterTokens: 0, how: 'end' } }),
    ];
    for (const respond of answers) {
      ollama.respond = respond;
      const error = await model.generate({ messages: question }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ModelUnavailableError);
      expect(error).toMatchObject({ transient: true, kind: 'unavailable' });
    }
    ollama.respond = () => 'blue';
    expect((await model.generate({ messages: question })).text).toBe('blue');
  });

  it('passes on how long an overloaded server wants to be left alone [LM-2]', async () => {
    await using ollama = await ollamaThat(() => ({ status: 429, error: 'busy', headers: { 'retry-after': '7' } }));
    await expect(modelOn(ollama).generate({ messages: question })).rejects.toMatchObject({ retryAfterMs: 7000 });
  });

  it('names the address of a server that is not there, and works again when it is back [LM-2]', async () => {
    await using ollama = await ollamaThat(() => 'blue');
    const model = modelOn(ollama);
    await ollama.stop();
    await expect(model.generate({ messages: question })).rejects.toThrow(new URL(ollama.url).host);
    await ollama.restart();
    expect((await model.generate({ messages: question })).text).toBe('blue');
  });

  it('that takes too long ends at the time limit, and the server is told', async () => {
    await using ollama = await ollamaThat(() => ({ text: 'never', beforeFirstToken: untilGone }));
    const error = await modelOn(ollama, { timeoutMs: 150 })
      .generate({ messages: question })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelTimeoutError);
    expect(error).toMatchObject({ transient: true });
    await ollama.until(() => ollama.disconnects === 1);
  });

  it('that will not pass is final: a refusal, an option of a wrong type, a redirect', async () => {
    await using ollama = await ollamaThat(() => ({ status: 400, error: 'invalid format' }));
    const refused = await modelOn(ollama)
      .generate({ messages: question })
      .catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(ModelRefusedError);
    expect(refused).toMatchObject({ transient: false });
    const wrongType = modelOn(ollama).generate({ messages: question, maxAnswerTokens: '9' as never });
    await expect(wrongType).rejects.toThrow('option "num_predict" must be of type integer');
    ollama.respond = () => ({ status: 301, error: 'moved', headers: { location: 'http://elsewhere.invalid/' } });
    await expect(modelOn(ollama).generate({ messages: question })).rejects.toThrow(/redirects to .*OLLAMA_BASE_URL/);
  });
});

function untilGone(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
