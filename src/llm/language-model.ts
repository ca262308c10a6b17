export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ModelRequest {
  readonly messages: readonly ChatMessage[];
  /** JSON Schema the answer must have; absent: free text. */
  readonly answerSchema?: Readonly<Record<string, unknown>>;
  /** Most tokens of the answer. Default: LLM_ANSWER_TOKENS. */
  readonly maxAnswerTokens?: number;
  /** Reaches the server at once, before the first token too. */
  readonly signal?: AbortSignal;
  /** The answer's text as it comes. */
  readonly onText?: (text: string) => void;
}

export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ModelAnswer {
  readonly text: string;
  /** `length`: the answer was cut by its token limit. */
  readonly finish: 'stop' | 'length';
  /** As the provider counted; null where it does not say. */
  readonly usage: TokenUsage | null;
  readonly durationMs: number;
}

/** A model that answers by itself. Rejects with the typed errors of llm.errors.ts; safe to repeat. */
export abstract class LanguageModel {
  /** `ollama`, `openai`, `anthropic` or `replay`. */
  abstract readonly provider: string;
  /** The model's name at its provider. */
  abstract readonly model: string;

  abstract generate(request: ModelRequest): Promise<ModelAnswer>;
}
