import { withDeadline } from './deadline.ts';
import { LanguageModel, type ModelAnswer, type ModelRequest } from './language-model.ts';
import { ContextOverflowError, ModelMissingError, ModelRefusedError } from './llm.errors.ts';
import { ollamaPost, type OllamaProfile, reaching, readOllamaProfile } from './ollama-profile.ts';
import { type OllamaReply, readOllamaStream } from './ollama-stream.ts';
import { estimatePromptTokens, fewestPromptTokens } from './token-estimate.ts';

export interface OllamaOptions {
  readonly baseUrl: string;
  readonly model: string;
  /** num_ctx, cut to what the model can take. */
  readonly contextTokens: number;
  /** Default room for an answer. */
  readonly answerTokens: number;
  readonly timeoutMs: number;
}

/** No tokenizer needs so little of what we estimate: measured shares go down to 0.53 (Qwen3 on Chinese). */
const TOO_FEW = 0.5;

/**
 * A model of an Ollama server, over its native /api/chat. Nothing is truncated silently: the server is told not to,
 * and its count of the prompt is compared with ours. num_ctx is the same in every call.
 */
export class OllamaModel extends LanguageModel {
  readonly provider = 'ollama';
  readonly model: string;
  private profile: OllamaProfile | null = null;

  constructor(private readonly options: OllamaOptions) {
    super();
    this.model = options.model;
  }

  generate(request: ModelRequest): Promise<ModelAnswer> {
    const { model, timeoutMs } = this.options;
    return withDeadline(model, timeoutMs, request.signal, (signal) => this.chat(request, signal));
  }

  private async chat(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
    const { baseUrl, model, contextTokens } = this.options;
    const startedAt = performance.now();
    const profile = (this.profile ??= await readOllamaProfile(baseUrl, model, signal));
    const numCtx = Math.min(contextTokens, profile.contextLength ?? contextTokens);
    const answerTokens = request.maxAnswerTokens ?? this.options.answerTokens;
    this.refuseWhatCannotFit(request, answerTokens, numCtx);

    const url = `${baseUrl}/api/chat`;
    try {
      const answer = await ollamaPost(url, model, this.body(request, profile, numCtx, answerTokens), signal);
      const reply = await reaching(model, url, () => readOllamaStream(answer.body, request.onText));
      this.refuseTruncation(request, reply, answerTokens, numCtx);
      return {
        text: reply.text,
        finish: reply.doneReason === 'length' ? 'length' : 'stop',
        usage:
          reply.promptTokens === null
            ? null
            : { inputTokens: reply.promptTokens, outputTokens: reply.answerTokens ?? 0 },
        durationMs: Math.round(performance.now() - startedAt),
      };
    } catch (error) {
      // The model may have been removed or replaced: the next call looks again.
      if (error instanceof ModelMissingError) this.profile = null;
      if (error instanceof ModelRefusedError && isOverflow(error.message)) {
        throw new ContextOverflowError(model, {
          promptTokens: estimatePromptTokens(request.messages),
          answerTokens,
          contextTokens: numCtx,
        });
      }
      throw error;
    }
  }

  private body(request: ModelRequest, profile: OllamaProfile, numCtx: number, answerTokens: number): object {
    return {
      model: this.model,
      messages: request.messages.map(({ role, content }) => ({ role, content })),
      stream: true,
      think: profile.think,
      truncate: false,
      shift: false,
      options: { num_ctx: numCtx, num_predict: answerTokens },
      ...(request.answerSchema ? { format: request.answerSchema } : {}),
    };
  }

  private refuseWhatCannotFit(request: ModelRequest, answerTokens: number, numCtx: number): void {
    const fewest = fewestPromptTokens(request.messages);
    if (fewest + answerTokens <= numCtx) return;
    const promptTokens = Math.max(fewest, estimatePromptTokens(request.messages));
    throw new ContextOverflowError(this.model, { promptTokens, answerTokens, contextTokens: numCtx });
  }

  /**
   * A net under truncate:false, which servers before 2025-10 don't know: they drop messages, or half of the prompt, and
   * say nothing. Without the model's tokenizer it sees the loss of half of a prompt, and never one that is not there.
   */
  private refuseTruncation(request: ModelRequest, reply: OllamaReply, answerTokens: number, numCtx: number): void {
    const counted = reply.promptTokens;
    if (counted === null) return;
    const estimated = estimatePromptTokens(request.messages);
    const readTooLittle =
      counted < fewestPromptTokens(request.messages) || (estimated > numCtx && counted < estimated * TOO_FEW);
    if (!readTooLittle && counted < numCtx) return;
    throw new ContextOverflowError(
      this.model,
      { promptTokens: estimated, answerTokens, contextTokens: numCtx },
      `the server read ${counted} tokens of the prompt and dropped the rest`,
    );
  }
}

/** The two ways in which the server and its runner say that a prompt is too long. */
function isOverflow(message: string): boolean {
  return /exceeds the available context|longer than the context length|exceeds .*context (length|size)/i.test(message);
}
