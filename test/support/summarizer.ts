import type { SummaryOptions } from '../../src/context/index.ts';
import { type Brain, resolveBrain } from '../../src/llm/index.ts';
import { testConfiguration } from './configuration.ts';
import { type FakeAnswer, FakeOllama } from './fake-ollama.ts';
import { type CompletionAnswer, FakeOpenAi } from './fake-openai.ts';

/** Answers at once or not at all: tests do not wait out backoffs. */
const retry = { attempts: 2, baseDelayMs: 1, maxDelayMs: 5 };

function brainOf(environment: NodeJS.ProcessEnv): Promise<Brain> {
  return resolveBrain(testConfiguration({ DATA_DIR: '/nonexistent', ...environment }), () => undefined);
}

function optionsOf(brain: Brain, changes: Partial<SummaryOptions>): SummaryOptions {
  return { model: brain.modelFor('summarizer'), contextTokens: 8192, retry, ...changes };
}

/** The summarizer of a configured Ollama that gives these answers in turn, and the last one for ever. */
export async function ollamaSummarizer(...answers: readonly FakeAnswer[]) {
  const ollama = await FakeOllama.start({
    models: ['qwen3:8b', 'mistral:7b', 'qwen3:4b'],
    respond: ({ index }) => answers[Math.min(index, answers.length - 1)] ?? '',
  });
  const brain = await brainOf({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url, SUMMARIZER_MODEL: 'qwen3:4b' });
  return {
    ollama,
    /** The question of the first call, as the server got it. */
    question: () => ollama.chats[0]?.messages?.[1]?.content ?? '',
    options: (changes: Partial<SummaryOptions> = {}) => optionsOf(brain, changes),
    [Symbol.asyncDispose]: () => ollama[Symbol.asyncDispose](),
  };
}

/** The same of an OpenAI-compatible server. */
export async function openAiSummarizer(respond: () => CompletionAnswer) {
  const server = await FakeOpenAi.start(respond);
  const brain = await brainOf({ LLM_PROVIDER: 'openai', OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'sk-test' });
  return {
    server,
    options: (changes: Partial<SummaryOptions> = {}) => optionsOf(brain, changes),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** No model at all, as with a delegated brain. */
export const noModel: SummaryOptions = { model: null, contextTokens: 8192 };
