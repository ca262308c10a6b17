import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CompletionAnswer, FakeOpenAi } from '../../test/support/fake-openai.ts';
import { anthropicModel, openAiModel } from './language-model.ai-sdk.ts';
import type { ChatMessage } from './language-model.ts';
import {
  ContextOverflowError,
  ModelMissingError,
  ModelRefusedError,
  ModelTimeoutError,
  ModelUnavailableError,
} from './llm.errors.ts';

const messages: readonly ChatMessage[] = [
  { role: 'system', content: 'You answer in JSON.' },
  { role: 'user', content: 'What colour is the sky?' },
];
const answerSchema = {
  type: 'object',
  properties: { colour: { type: 'string' } },
  required: ['colour'],
  additionalProperties: false,
};

function modelOn(openAi: FakeOpenAi, timeoutMs = 10_000) {
  return openAiModel({ baseUrl: openAi.url, apiKey: 'sk-test', model: 'mistral:7b', answerTokens: 512, timeoutMs });
}

describe('a model of an OpenAI-compatible server', () => {
  it('answers with the text, the usage and every piece as it comes [LM-1]', async () => {
    await using openAi = await FakeOpenAi.start(() => 'A fine shade of blue.');
    const pieces: string[] = [];
    const answer = await modelOn(openAi).generate({ messages, onText: (text) => pieces.push(text) });
    expect(answer).toMatchObject({
      text: 'A fine shade of blue.',
      finish: 'stop',
      usage: { inputTokens: 11, outputTokens: 5 },
    });
    expect(pieces.length).toBeGreaterThan(2);
    expect(openAi.authorizations).toEqual(['Bearer sk-test']);
    expect(openAi.completions[0]).toMatchObject({
      model: 'mistral:7b',
      max_tokens: 512,
      messages: [
        { role: 'system', content: 'You answer in JSON.' },
        { role: 'user', content: 'What colour is the sky?' },
      ],
    });
  });

  it('is given the JSON Schema of the answer, and its wrong answers are left to the caller [LM-1]', async () => {
    await using openAi = await FakeOpenAi.start(() => 'not JSON at all');
    const answer = await modelOn(openAi).generate({ messages, answerSchema, maxAnswerTokens: 64 });
    expect(answer.text).toBe('not JSON at all');
    expect(openAi.completions[0]).toMatchObject({
      max_tokens: 64,
      response_format: { type: 'json_schema', json_schema: { schema: answerSchema, strict: false } },
    });
  });

  it('says that an answer was cut by its limit', async () => {
    await using openAi = await FakeOpenAi.start(() => ({ text: 'A fine', finishReason: 'length' }));
    expect((await modelOn(openAi).generate({ messages })).finish).toBe('length');
  });

  it.each<[string, CompletionAnswer, new (...given: never[]) => Error, object]>([
    [
      'overload',
      { status: 429, error: { message: 'slow' }, headers: { 'retry-after': '3' } },
      ModelUnavailableError,
      { transient: true, retryAfterMs: 3000 },
    ],
    ['outage', { status: 503, error: { message: 'down' } }, ModelUnavailableError, { transient: true }],
    [
      'a broken socket',
      { text: 'A fine shade of blue', breakOff: 'socket' },
      ModelUnavailableError,
      { transient: true },
    ],
    [
      'an error in the stream',
      { text: 'A fine shade of blue', breakOff: 'error' },
      ModelUnavailableError,
      { transient: true },
    ],
    ['an end without a reason', { text: 'A fine', finishReason: null }, ModelUnavailableError, { transient: true }],
    ['a missing model', { status: 404, error: { message: 'no such model' } }, ModelMissingError, { transient: true }],
    [
      'a wrong key',
      { status: 401, error: { message: 'bad key' } },
      ModelRefusedError,
      { transient: false, kind: 'denied' },
    ],
    ['a filter', { text: 'A', finishReason: 'content_filter' }, ModelRefusedError, { transient: false }],
    [
      'a redirect',
      { status: 302, error: {}, headers: { location: 'http://elsewhere.invalid/' } },
      ModelRefusedError,
      { transient: false },
    ],
    [
      'a long prompt',
      {
        status: 400,
        error: { message: "This model's maximum context length is 8192 tokens", code: 'context_length_exceeded' },
      },
      ContextOverflowError,
      { transient: false },
    ],
  ])('reports %s as what it is, after one call [LM-1]', async (_name, scripted, kind, fields) => {
    await using openAi = await FakeOpenAi.start(() => scripted);
    const error = await modelOn(openAi)
      .generate({ messages })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject(fields);
    expect(openAi.completions).toHaveLength(1);
  });

  it('that is not there is unavailable, and the address is named', async () => {
    const openAi = await FakeOpenAi.start(() => 'blue');
    const model = modelOn(openAi);
    const { host } = new URL(openAi.url);
    await openAi[Symbol.asyncDispose]();
    const error = await model.generate({ messages }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelUnavailableError);
    expect((error as Error).message).toContain(host);
  });

  it('hears of an abort at once, before the first token too [LM-1]', async () => {
    await using openAi = await FakeOpenAi.start(() => ({ text: 'never', beforeFirstToken: untilGone }));
    const abort = new AbortController();
    const outcome = expect(modelOn(openAi).generate({ messages, signal: abort.signal })).rejects.toThrow('enough');
    await openAi.until(() => openAi.completions.length === 1);
    abort.abort(new Error('enough'));
    await outcome;
    await openAi.until(() => openAi.disconnects === 1);
  });

  it('that takes too long ends at the time limit [LM-1]', async () => {
    await using openAi = await FakeOpenAi.start(() => ({ text: 'never', beforeFirstToken: untilGone }));
    await expect(modelOn(openAi, 150).generate({ messages })).rejects.toBeInstanceOf(ModelTimeoutError);
    await openAi.until(() => openAi.disconnects === 1);
  });
});

describe('a model of Anthropic', () => {
  it('streams its text and usage, and is asked with the system message apart [LM-1]', async () => {
    const bodies: unknown[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push({
          path: request.url,
          key: request.headers['x-api-key'],
          ...JSON.parse(Buffer.concat(chunks).toString()),
        });
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const send = (data: { type: string; [key: string]: unknown }) =>
          response.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
        const message = {
          id: 'm',
          type: 'message',
          role: 'assistant',
          model: 'claude',
          content: [],
          stop_reason: null,
          stop_sequence: null,
        };
        send({ type: 'message_start', message: { ...message, usage: { input_tokens: 21, output_tokens: 1 } } });
        send({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
        for (const text of ['{"colour"', ':"blue"}']) {
          send({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
        }
        send({ type: 'content_block_stop', index: 0 });
        send({
          type: 'message_delta',
          delta: { stop_reason: 'end_turn', stop_sequence: null },
          usage: { output_tokens: 9 },
        });
        send({ type: 'message_stop' });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const model = anthropicModel({
        apiKey: 'sk-ant-test',
        model: 'claude-sonnet-4-5',
        answerTokens: 512,
        timeoutMs: 10_000,
        baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      });
      const answer = await model.generate({ messages, answerSchema });
      expect(answer).toMatchObject({
        text: '{"colour":"blue"}',
        finish: 'stop',
        usage: { inputTokens: 21, outputTokens: 9 },
      });
      expect(bodies).toMatchObject([
        { path: '/v1/messages', key: 'sk-ant-test', max_tokens: 512, system: [{ text: 'You answer in JSON.' }] },
      ]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

function untilGone(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
