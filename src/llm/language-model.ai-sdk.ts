import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { jsonSchema, type LanguageModel as SdkModel, Output, streamText } from 'ai';
import { callFailure } from './ai-sdk-failure.ts';
import { withDeadline } from './deadline.ts';
import { LanguageModel, type ModelAnswer, type ModelRequest } from './language-model.ts';
import { ModelRefusedError, ModelUnavailableError } from './llm.errors.ts';
import { patientFetch } from './patient-fetch.ts';

export interface AiSdkOptions {
  readonly provider: 'openai' | 'anthropic';
  readonly model: string;
  /** Default room for an answer. */
  readonly answerTokens: number;
  readonly timeoutMs: number;
}

/**
 * A model behind the AI SDK. The SDK does the wire format only: retries, deadlines and the check of answers are ours,
 * the same for every provider.
 */
export class AiSdkModel extends LanguageModel {
  readonly provider: string;
  readonly model: string;

  constructor(
    private readonly sdkModel: SdkModel,
    private readonly options: AiSdkOptions,
  ) {
    super();
    this.provider = options.provider;
    this.model = options.model;
  }

  generate(request: ModelRequest): Promise<ModelAnswer> {
    const { model, timeoutMs } = this.options;
    return withDeadline(model, timeoutMs, request.signal, async (signal) => {
      try {
        return await this.stream(request, signal);
      } catch (error) {
        throw callFailure(model, error, request.maxAnswerTokens ?? this.options.answerTokens);
      }
    });
  }

  private async stream(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
    const startedAt = performance.now();
    const { stream } = streamText({
      model: this.sdkModel,
      messages: request.messages.map(({ role, content }) => ({ role, content })),
      allowSystemInMessages: true,
      maxOutputTokens: request.maxAnswerTokens ?? this.options.answerTokens,
      maxRetries: 0,
      abortSignal: signal,
      output: request.answerSchema ? Output.object({ schema: jsonSchema(request.answerSchema) }) : Output.text(),
      // Servers differ in what a strict schema may hold; answers are checked here in any case.
      providerOptions: { [this.provider]: this.provider === 'openai' ? { strictJsonSchema: false } : {} },
      // Errors arrive as parts of the stream; the default prints them.
      onError: () => undefined,
    });
    let text = '';
    for await (const part of stream) {
      if (part.type === 'text-delta') {
        text += part.text;
        request.onText?.(part.text);
      } else if (part.type === 'error') {
        throw part.error;
      } else if (part.type === 'abort') {
        signal.throwIfAborted();
      } else if (part.type === 'finish') {
        const { inputTokens, outputTokens } = part.totalUsage;
        return {
          text,
          finish: this.finishOf(part.finishReason),
          usage: inputTokens === undefined ? null : { inputTokens, outputTokens: outputTokens ?? 0 },
          durationMs: Math.round(performance.now() - startedAt),
        };
      }
    }
    throw new ModelUnavailableError(this.model, `the stream ended after ${text.length} characters without its end`);
  }

  private finishOf(reason: string): ModelAnswer['finish'] {
    if (reason === 'stop' || reason === 'length') return reason;
    if (reason === 'content-filter')
      throw new ModelRefusedError(this.model, null, 'its content filter stopped the answer');
    throw new ModelUnavailableError(this.model, `the answer ended for no reason that is known (${reason})`);
  }
}

/** A model of any server that speaks OpenAI's chat completions. */
export function openAiModel(options: {
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly model: string;
  readonly answerTokens: number;
  readonly timeoutMs: number;
}): AiSdkModel {
  const provider = createOpenAICompatible({
    name: 'openai',
    baseURL: options.baseUrl,
    apiKey: options.apiKey,
    includeUsage: true,
    supportsStructuredOutputs: true,
    fetch: patientFetch,
    transformRequestBody: new URL(options.baseUrl).hostname === 'api.openai.com' ? renameTokenLimit : undefined,
  });
  return new AiSdkModel(provider.chatModel(options.model), { ...options, provider: 'openai' });
}

/** A Claude model at Anthropic. */
export function anthropicModel(options: {
  readonly apiKey: string;
  readonly model: string;
  readonly answerTokens: number;
  readonly timeoutMs: number;
  /** Default: Anthropic's own address. */
  readonly baseUrl?: string;
}): AiSdkModel {
  const provider = createAnthropic({ apiKey: options.apiKey, baseURL: options.baseUrl, fetch: patientFetch });
  return new AiSdkModel(provider(options.model), { ...options, provider: 'anthropic' });
}

/** OpenAI's newer models refuse `max_tokens`; servers that imitate it know nothing else. */
function renameTokenLimit(body: Record<string, unknown>): Record<string, unknown> {
  const { max_tokens: limit, ...rest } = body;
  return limit === undefined ? rest : { ...rest, max_completion_tokens: limit };
}
