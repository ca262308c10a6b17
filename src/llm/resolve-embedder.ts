import type { Configuration } from '../kernel/configuration.ts';
import { OllamaEmbedder } from './embedder.ollama.ts';
import { OpenAiEmbedder } from './embedder.openai.ts';
import type { Embedder } from './embedder.ts';

/**
 * The embedder of EMBEDDING_MODEL, at the OpenAI-compatible server where LLM_PROVIDER names one, else at Ollama; null
 * where none is configured. Nothing is asked of it yet.
 */
export function resolveEmbedder(configuration: Configuration): Embedder | null {
  const { EMBEDDING_MODEL: model, LLM_TIMEOUT_MS: timeoutMs, LLM_PROVIDER: provider } = configuration;
  if (model === undefined) return null;
  if (provider !== 'openai') return new OllamaEmbedder({ baseUrl: configuration.OLLAMA_BASE_URL, model, timeoutMs });
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey } = configuration;
  return new OpenAiEmbedder({ baseUrl, apiKey, model, timeoutMs });
}
