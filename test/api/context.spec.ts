import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Briefing, connect, type TaskContext } from '../../src/client/index.ts';
import { ModelCatalogue, tokenCounterFor } from '../../src/llm/index.ts';
import { answerTo, codingSamples, taskOf } from '../support/coding-samples.ts';
import { FakeOllama } from '../support/fake-ollama.ts';
import { eventsOf, outcomeOf, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const samples = codingSamples.filter(({ language }) => language === 'javascript').slice(0, 2);

describe('the context of a model call', () => {
  let ollama: FakeOllama;
  let server: TestServer;

  beforeAll(async () => {
    ollama = await FakeOllama.start({ respond: ({ messages }) => answerTo(messages.at(-1)?.content ?? '') });
    server = await runServer({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url });
    for (const [index, sample] of samples.entries()) {
      await request('POST', `${server.url}/tasks`, { ...taskOf(sample), taskId: `t${index}` });
      expect((await outcomeOf(server.url, `t${index}`)).status).toBe('completed');
    }
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await ollama.stop();
  });

  const contextOf = (path: string) => request<TaskContext>('GET', `${server.url}/tasks/${path}`);

  it('lists every part with its tokens and its reason, and is within the room of the model [CX-4, CX-3]', async () => {
    const client = connect({ url: server.url });
    const context = await client.context('t0');
    client.close();
    expect(context).toMatchObject({ signature: 'CorrectModule', model: 'mistral:7b', contextTokens: 8192 });
    expect(context.parts[0]).toMatchObject({ part: 'system prompt', layer: 'system', included: true });
    for (const { part, tokens, why } of context.parts)
      expect([part !== '', tokens > 0, why !== '']).not.toContain(false);
    const counter = await tokenCounterFor(new ModelCatalogue().describe('mistral:7b'));
    expect(context.tokens).toBe(counter.countPrompt(context.messages));
    // 80 % of the window, less the room for the answer.
    expect(context.promptTokens).toBe(Math.floor(8192 * 0.8) - 2048);
    expect(context.tokens).toBeLessThanOrEqual(context.promptTokens ?? 0);
    // It is what really went over the wire.
    expect(ollama.chats.map(({ messages }) => messages)).toContainEqual(context.messages);
  });

  it('is made again from the events before it, byte for byte, at every past moment [CX-12, CX-4]', async () => {
    for (const [index] of samples.entries()) {
      const events = await eventsOf(server.url, `t${index}`);
      const calls = events.filter(({ eventType }) => eventType === 'MODEL_CALL_REQUESTED');
      expect(calls.length).toBeGreaterThanOrEqual(2);
      for (const { streamSequence, data } of calls) {
        const { body } = await contextOf(`t${index}/context?callId=${String(data.callId)}`);
        expect(body).toMatchObject({ sequence: streamSequence, messages: data.messages, rebuilt: 'same' });
        // Later events change nothing of what was told then.
        const { body: then } = await contextOf(`t${index}/context?sequence=${streamSequence + 1}`);
        expect(then).toEqual(body);
      }
    }
  });

  it('is copied with a fork, and can be made again there [CX-12, OR-33]', async () => {
    const calls = (await eventsOf(server.url, 't0')).filter(({ eventType }) => eventType === 'MODEL_CALL_REQUESTED');
    const at = calls[0]?.streamSequence ?? 0;
    await request('POST', `${server.url}/tasks/t0/fork`, { afterSequence: at, taskId: 'fork' });
    const { body } = await contextOf(`fork/context?sequence=${at}`);
    expect(body).toMatchObject({ taskId: 'fork', sequence: at, rebuilt: 'same' });
    await outcomeOf(server.url, 'fork');
  });

  it('goes to the larger model when what must be told passes 80 % of the window [CX-3]', async () => {
    const sample = samples[0];
    if (!sample) throw new Error('no sample');
    const prompt = `${taskOf(sample).prompt} ${'Mind what the customers said about it. '.repeat(600)}`;
    await request('POST', `${server.url}/tasks`, { ...taskOf(sample), prompt, taskId: 'large' });
    expect((await outcomeOf(server.url, 'large')).status).toBe('completed');
    const { body } = await contextOf('large/context');
    expect(body).toMatchObject({ model: 'qwen3:8b', contextTokens: 32_768, passedOver: [{ model: 'mistral:7b' }] });
    const sent = ollama.chats.filter(({ model }) => model === 'qwen3:8b').at(-1);
    expect(sent?.options?.num_ctx).toBe(32_768);
  });

  it('is not there before the first call, and says so [CX-4]', async () => {
    const { url } = server;
    const modules = [{ path: 'src/x.js', description: 'x' }];
    await request('POST', `${url}/tasks`, { prompt: 'x', taskId: 'new', modules, language: 'javascript' });
    const { body } = await request<{ code: string }>('GET', `${url}/tasks/new/context?sequence=1`);
    expect(body.code).toBe('CONTEXT_NOT_FOUND');
    await request('DELETE', `${url}/tasks/new`);
  });

  it.each([
    ['t0/context?sequence=1', 404, 'CONTEXT_NOT_FOUND', 'up to event 1'],
    ['t0/context?callId=01990000-0000-7000-8000-000000000001', 404, 'CONTEXT_NOT_FOUND', 'with this callId'],
    ['t0/context?sequence=0', 400, 'INVALID_INPUT', 'sequence'],
    ['t0/context?sequenz=3', 400, 'INVALID_INPUT', 'sequenz'],
    ['nobody/context', 404, 'TASK_NOT_FOUND', 'nobody'],
  ])('answers %s with %i %s', async (path, status, code, words) => {
    const answer = await request<Record<string, unknown>>('GET', `${server.url}/tasks/${path}`);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(JSON.stringify(answer.body)).toContain(words);
  });

  describe('the briefing on a file of a task (CX-13)', () => {
    it('tells in levels what there is to know, within the budget of a model, and what had no room [CX-13, CX-4]', async () => {
      const path = samples[0]?.path ?? '';
      const client = connect({ url: server.url });
      const whole = await client.briefing('t0', { path, model: 'mistral:7b' });
      const small = await client.briefing('t0', { path, model: 'mistral:7b', tokens: 400, about: 'make it faster' });
      client.close();
      expect(whole).toMatchObject({ taskId: 't0', path, model: 'mistral:7b', budgetTokens: 8192 });
      expect(whole.text).toMatch(/^# CRITICAL\n\n## task:t0\n/);
      expect(whole.text).toContain(`## code of ${path}`);
      expect(whole.parts).toContainEqual(
        expect.objectContaining({ why: 'a correction that was tried', included: true }),
      );
      const counter = await tokenCounterFor(new ModelCatalogue().describe('mistral:7b'));
      expect(small.tokens).toBe(counter.count(small.text));
      expect(small.tokens).toBeLessThanOrEqual(320);
      expect(small.parts.filter(({ included }) => !included).length).toBeGreaterThan(0);
    });

    it('is the same for a past moment as it was then [CX-12]', async () => {
      const path = samples[0]?.path ?? '';
      const events = await eventsOf(server.url, 't0');
      const at = events.find(({ eventType }) => eventType === 'CODE_GENERATED')?.streamSequence ?? 0;
      await request('POST', `${server.url}/tasks/t0/fork`, { afterSequence: at, taskId: 'then' });
      await request('DELETE', `${server.url}/tasks/then`);
      const briefing = (task: string) =>
        request<Briefing>('GET', `${server.url}/tasks/${task}/briefing?path=${path}&sequence=${at}`);
      const [past, then] = [(await briefing('t0')).body, (await briefing('then')).body];
      expect(past.sequence).toBe(at);
      expect(then.text.replaceAll('task:then', 'task:t0')).toBe(past.text);
      expect(past.text).not.toContain('a correction that was tried');
    });

    it.each([
      ['t0/briefing?path=src/nothing.js', 404, 'FILE_NOT_FOUND', 'src/nothing.js'],
      ['nobody/briefing?path=a.js', 404, 'TASK_NOT_FOUND', 'nobody'],
      ['t0/briefing', 400, 'INVALID_INPUT', 'path'],
      ['t0/briefing?path=a.js&tokens=1', 400, 'INVALID_INPUT', 'tokens'],
    ])('answers %s with %i %s', async (path, status, code, words) => {
      const answer = await request<Record<string, unknown>>('GET', `${server.url}/tasks/${path}`);
      expect(answer).toMatchObject({ status, body: { code } });
      expect(JSON.stringify(answer.body)).toContain(words);
    });
  });
});
