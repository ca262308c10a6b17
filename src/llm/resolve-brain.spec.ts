import { describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { testConfiguration } from '../../test/support/configuration.ts';
import { FakeOllama, type FakeOllamaOptions } from '../../test/support/fake-ollama.ts';
import { FakeOpenAi } from '../../test/support/fake-openai.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { ConfigurationError } from '../kernel/configuration.ts';
import { Recording } from './recording.ts';
import type { Brain } from './brain.ts';
import { resolveBrain } from './resolve-brain.ts';

const messages = [{ role: 'user' as const, content: 'What colour is the sky?' }];
/** A port of loopback where nothing listens. */
const nowhere = 'http://127.0.0.1:9';

async function resolve(environment: NodeJS.ProcessEnv): Promise<{ brain: Brain; said: string[] }> {
  const said: string[] = [];
  const configuration = testConfiguration({ DATA_DIR: '/nonexistent', ...environment });
  const brain = await resolveBrain(configuration, (level, message) => said.push(`${level}: ${message}`));
  return { brain, said };
}

function startOllama(options: Partial<FakeOllamaOptions> = {}) {
  return FakeOllama.start({ respond: ({ model }) => `${model} says blue`, ...options });
}

function health(brain: Brain) {
  return brain.health(AbortSignal.timeout(5000));
}

describe('the choice of the brain without a provider', () => {
  it('is a local Ollama that answers and has both models [LM-1]', async () => {
    await using ollama = await startOllama();
    const { brain } = await resolve({ OLLAMA_BASE_URL: ollama.url });
    expect(brain).toMatchObject({ delegated: false, description: 'ollama (planner qwen3:8b, executor mistral:7b)' });
    expect((await brain.modelFor('executor')?.generate({ messages }))?.text).toBe('mistral:7b says blue');
  });

  it('is delegated when no Ollama answers, or one without the models, and says why [LM-1] [LM-7]', async () => {
    const none = await resolve({ OLLAMA_BASE_URL: nowhere });
    expect(none.brain).toMatchObject({ delegated: true, description: 'delegated' });
    expect(none.brain.modelFor('planner')).toBeNull();
    expect(await health(none.brain)).toMatchObject({ reachable: true });
    expect(none.said[0]).toContain(nowhere);

    await using ollama = await startOllama({ models: ['mistral:7b'] });
    const half = await resolve({ OLLAMA_BASE_URL: ollama.url });
    expect(half.brain.delegated).toBe(true);
    expect(half.said[0]).toContain('ollama pull qwen3:8b');
  });

  it('does not wait long for an Ollama that accepts and stays silent', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address() as { port: number };
    const startedAt = performance.now();
    const { brain } = await resolve({ OLLAMA_BASE_URL: `http://127.0.0.1:${port}` });
    expect(brain.delegated).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(6000);
    silent.close();
  });
});

describe('the configured brain', () => {
  it('stays when it cannot be reached, which is said loudly, and works once it is back [LM-1]', async () => {
    await using ollama = await startOllama();
    await ollama.stop();
    const { brain, said } = await resolve({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url });
    expect(brain.description).toContain('ollama');
    expect(said[0]).toMatch(/^warn: The configured brain, ollama .* cannot be used now/);
    expect(await health(brain)).toMatchObject({ reachable: false, cure: expect.stringContaining('ollama serve') });
    await ollama.restart();
    expect(await health(brain)).toMatchObject({ reachable: true });
    expect((await brain.modelFor('planner')?.generate({ messages }))?.text).toBe('qwen3:8b says blue');
  });

  it('names every missing model with its pull line, and takes :latest for a name without a tag [LM-2]', async () => {
    await using ollama = await startOllama({ models: ['codestral'] });
    const environment = { LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url, EXECUTOR_MODEL: 'codestral' };
    const { brain } = await resolve(environment);
    expect(await health(brain)).toMatchObject({ reachable: false, cure: 'ollama pull qwen3:8b' });
    ollama.pull('qwen3:8b');
    expect(await health(brain)).toMatchObject({ reachable: true });
  });

  it('has a model for each role, another by name, and one instance of each [LM-1]', async () => {
    await using ollama = await startOllama({ models: ['qwen3:8b', 'mistral:7b', 'codestral:22b'] });
    const { brain } = await resolve({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url });
    expect(brain.modelFor('planner')?.model).toBe('qwen3:8b');
    expect(brain.modelFor('executor')?.model).toBe('mistral:7b');
    expect(brain.modelFor('executor', 'codestral:22b')?.model).toBe('codestral:22b');
    expect(brain.modelFor('executor', 'qwen3:8b')).toBe(brain.modelFor('planner'));
    expect(brain.modelFor('summarizer')).toBe(brain.modelFor('executor'));
  });

  it('knows which models the provider has [CX-3]', async () => {
    await using ollama = await startOllama({ models: ['qwen3:8b', 'mistral:7b', 'codestral'] });
    const offered = (brain: Brain, ...names: string[]) => Promise.all(names.map((name) => brain.offers(name)));
    const { brain } = await resolve({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url });
    expect(await offered(brain, 'qwen3:8b', 'codestral', 'qwen3:32b')).toEqual([true, true, false]);
    const claude = await resolve({ LLM_PROVIDER: 'anthropic', ANTHROPIC_API_KEY: 'sk-ant-1' });
    expect(await offered(claude.brain, 'claude-sonnet-4-5', 'codestral')).toEqual([true, false]);
    expect(await offered((await resolve({ LLM_PROVIDER: 'delegated' })).brain, 'qwen3:8b')).toEqual([false]);
  });

  it('asks again for the models of a provider that did not answer [CX-3]', async () => {
    await using ollama = await startOllama({ models: ['qwen3:8b'] });
    const { brain } = await resolve({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url });
    await ollama.stop();
    expect(await brain.offers('qwen3:8b')).toBe(false);
    await ollama.restart();
    expect(await brain.offers('qwen3:8b')).toBe(true);
  });

  it('gives every local model its own window, at most LLM_CONTEXT_TOKENS [CX-1, LM-2]', async () => {
    await using ollama = await startOllama({ models: ['qwen3:8b', 'mistral:7b'] });
    const environment = { LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url };
    const MODELS = 'mistral:7b context=4096 tokenizer=mistral';
    for (const more of [{}, { LLM_CONTEXT_TOKENS: '16384' }, { MODELS }]) {
      const { brain } = await resolve({ ...environment, ...more });
      for (const role of ['planner', 'executor'] as const) await brain.modelFor(role)?.generate({ messages });
    }
    const windows = ollama.chats.map(({ options }) => options?.num_ctx);
    expect(windows).toEqual([32_768, 8192, 16_384, 8192, 32_768, 4096]);
  });

  it('has a summarizer of its own where one is named, shows it and needs it [LM-1]', async () => {
    await using ollama = await startOllama();
    const environment = { LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url, SUMMARIZER_MODEL: 'qwen3:4b' };
    const { brain } = await resolve(environment);
    expect(brain.description).toBe('ollama (planner qwen3:8b, executor mistral:7b, summarizer qwen3:4b)');
    expect(brain.modelFor('summarizer')?.model).toBe('qwen3:4b');
    expect(await health(brain)).toMatchObject({ reachable: false, cure: 'ollama pull qwen3:4b' });
    ollama.pull('qwen3:4b');
    expect(await health(brain)).toMatchObject({ reachable: true });
  });

  it('may be an OpenAI-compatible server, which is told the key [LM-1]', async () => {
    await using openAi = await FakeOpenAi.start(() => 'blue', ['mistral:7b']);
    const environment = { LLM_PROVIDER: 'openai', OPENAI_BASE_URL: openAi.url, OPENAI_API_KEY: 'sk-test' };
    const { brain } = await resolve(environment);
    expect(await health(brain)).toMatchObject({
      reachable: true,
      detail: expect.stringContaining('does not list qwen3:8b'),
    });
    expect((await brain.modelFor('executor')?.generate({ messages }))?.text).toBe('blue');
    expect(new Set(openAi.authorizations)).toEqual(new Set(['Bearer sk-test']));
  });

  it.each(['delegated', 'mcp', 'worker'])(
    'is delegated for %s, whatever Ollama would answer [LM-1]',
    async (provider) => {
      await using ollama = await startOllama();
      const { brain } = await resolve({ LLM_PROVIDER: provider, OLLAMA_BASE_URL: ollama.url });
      expect(brain.delegated).toBe(true);
      expect(ollama.requests).toHaveLength(0);
    },
  );

  it('stops the start when a setting it needs is missing, and names it', async () => {
    for (const [environment, name] of [
      [{ LLM_PROVIDER: 'anthropic' }, 'ANTHROPIC_API_KEY'],
      [{ LLM_PROVIDER: 'openai' }, 'OPENAI_API_KEY'],
      [{ LLM_PROVIDER: 'replay' }, 'LLM_RECORDING'],
    ] as const) {
      const error = await resolve(environment).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConfigurationError);
      expect((error as Error).message).toContain(name);
    }
  });
});

describe('recording and replaying by configuration', () => {
  it('keeps every call by role with LLM_RECORD, and answers from the file with LLM_PROVIDER=replay [LM-5]', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'recording.jsonl');
    {
      await using ollama = await startOllama();
      const { brain } = await resolve({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url, LLM_RECORD: path });
      expect(brain.description).toContain(`recorded to ${path}`);
      expect(brain.modelFor('planner')).toBe(brain.modelFor('planner'));
      await brain.modelFor('summarizer')?.generate({ messages });
      await brain.modelFor('planner')?.generate({ messages });
    }
    const { calls } = await Recording.read(path);
    expect(calls).toMatchObject([
      { role: 'summarizer', model: 'mistral:7b' },
      { role: 'planner', model: 'qwen3:8b' },
    ]);

    const { brain, said } = await resolve({ LLM_PROVIDER: 'replay', LLM_RECORDING: path });
    expect(brain.description).toMatch(/^replay .*replayed/);
    expect(said.join()).toContain('replayed');
    expect(await health(brain)).toMatchObject({ reachable: true, detail: `2 recorded answers in ${path}` });
    const model = brain.modelFor('planner');
    expect(model).toMatchObject({ provider: 'replay', model: 'qwen3:8b' });
    expect((await model?.generate({ messages }))?.text).toBe('qwen3:8b says blue');
  });

  it('is not reachable without its recording, and comes back when the file does [LM-5]', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'recording.jsonl');
    const { brain, said } = await resolve({ LLM_PROVIDER: 'replay', LLM_RECORDING: path });
    expect(said[0]).toMatch(/^warn/);
    expect(await health(brain)).toMatchObject({ reachable: false, cure: expect.stringContaining('LLM_RECORDING') });
    writeFileSync(path, '');
    expect(await health(brain)).toMatchObject({ reachable: true });
  });
});
