import { type Configuration, ConfigurationError } from '../kernel/configuration.ts';
import { messageOf } from '../kernel/errors.ts';
import { NoRedactor, type Redactor } from '../kernel/redactor.ts';
import { DelegatedBrain } from './brain.delegated.ts';
import { OllamaBrain } from './brain.ollama.ts';
import { RecordingBrain } from './brain.recording.ts';
import { ReplayBrain } from './brain.replay.ts';
import type { Brain } from './brain.ts';
import { ModelCatalogue } from './models/model-catalogue.ts';

/** What people should know about the choice; `warn` is what they must not miss. */
export type Announce = (level: 'info' | 'warn', message: string) => void;

/** How long the start waits for a provider's first word. */
const PROBE_MS = 1000;

/**
 * Chooses who thinks, once, at start: the configured provider, reachable or not (said loudly, never replaced); where
 * none is configured, an Ollama that answers and has all models; else delegated. Rejects with ConfigurationError when
 * the configured provider lacks a setting.
 */
export async function resolveBrain(
  configuration: Configuration,
  announce: Announce,
  redactor: Redactor = new NoRedactor(),
): Promise<Brain> {
  const configured = await configuredBrain(configuration);
  const brain = configured ?? (await localOllama(configuration, announce)) ?? new DelegatedBrain();
  if (configured) await announceHealth(configured, announce);
  announce('info', `Brain: ${brain.description}`);
  if (configuration.LLM_RECORD === undefined || brain.delegated) return brain;
  const onFailure = (error: unknown) =>
    announce('warn', `A model call could not be recorded in ${configuration.LLM_RECORD}: ${messageOf(error)}`);
  return new RecordingBrain(brain, configuration.LLM_RECORD, onFailure, redactor);
}

/** What a provider's own packages are needed for is loaded where that provider is chosen: they are large. */
async function configuredBrain(configuration: Configuration): Promise<Brain | null> {
  switch (configuration.LLM_PROVIDER) {
    case undefined:
      return null;
    case 'ollama':
      return ollamaBrain(configuration);
    case 'openai':
      return openAiBrain(configuration);
    case 'anthropic':
      return anthropicBrain(configuration);
    case 'replay':
      return new ReplayBrain(required(configuration, 'LLM_RECORDING', 'examples/text-statistics/recording.jsonl'));
    case 'delegated':
    case 'mcp':
    case 'worker':
      return new DelegatedBrain();
  }
}

async function localOllama(configuration: Configuration, announce: Announce): Promise<Brain | null> {
  const brain = ollamaBrain(configuration);
  const health = await brain.health(AbortSignal.timeout(PROBE_MS));
  if (health.reachable) return brain;
  announce('info', `No LLM_PROVIDER is set, and no local Ollama can be used: ${health.detail}. ${health.cure}`);
  return null;
}

async function announceHealth(brain: Brain, announce: Announce): Promise<void> {
  const health = await brain.health(AbortSignal.timeout(PROBE_MS));
  if (health.reachable) return announce('info', health.detail);
  announce('warn', `The configured brain, ${brain.description}, cannot be used now: ${health.detail}. ${health.cure}`);
}

function ollamaBrain(configuration: Configuration): Brain {
  return new OllamaBrain({
    ...common(configuration),
    baseUrl: configuration.OLLAMA_BASE_URL,
    catalogue: ModelCatalogue.of(configuration),
  });
}

async function anthropicBrain(configuration: Configuration): Promise<Brain> {
  const apiKey = required(configuration, 'ANTHROPIC_API_KEY', 'sk-ant-…');
  const { AnthropicBrain } = await import('./brain.anthropic.ts');
  return new AnthropicBrain({ ...common(configuration), apiKey });
}

async function openAiBrain(configuration: Configuration): Promise<Brain> {
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey } = configuration;
  if (new URL(baseUrl).hostname === 'api.openai.com') required(configuration, 'OPENAI_API_KEY', 'sk-…');
  const { OpenAiBrain } = await import('./brain.openai.ts');
  return new OpenAiBrain({ ...common(configuration), baseUrl, apiKey });
}

function common(configuration: Configuration) {
  return {
    models: {
      planner: configuration.PLANNER_MODEL,
      executor: configuration.EXECUTOR_MODEL,
      summarizer: configuration.SUMMARIZER_MODEL ?? configuration.EXECUTOR_MODEL,
    },
    answerTokens: configuration.LLM_ANSWER_TOKENS,
    timeoutMs: configuration.LLM_TIMEOUT_MS,
  };
}

function required(
  configuration: Configuration,
  name: 'ANTHROPIC_API_KEY' | 'OPENAI_API_KEY' | 'LLM_RECORDING',
  example: string,
): string {
  const value = configuration[name];
  if (value !== undefined) return value;
  throw new ConfigurationError([
    { path: name, message: `is needed by LLM_PROVIDER=${configuration.LLM_PROVIDER}. Example: ${name}=${example}` },
  ]);
}
