import type { EventDraft, EventPayloads } from '../events/index.ts';
import { toTimestamp } from '../kernel/clock.ts';
import { AppError, messageOf } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import { costOf, type ModelPrices } from '../kernel/model-prices.ts';
import {
  AnswerCutError,
  AnswerInvalidError,
  askModel,
  type LanguageModel,
  type ModelAnswer,
  ModelError,
  type TokenUsage,
} from '../llm/index.ts';
import type { Step } from '../orchestrator/index.ts';
import type { CodingState, OpenCall } from './coding-state.ts';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15_000;

/**
 * Asks a model and answers the fact that comes of it: its answer, or why there is none and what to do about it. Rejects
 * only when the step is aborted.
 */
export async function callModel(
  call: OpenCall,
  model: LanguageModel,
  step: Pick<Step<CodingState>, 'signal'>,
  { now, prices }: { readonly now: () => number; readonly prices: ModelPrices },
): Promise<EventDraft> {
  const { callId, messages, answerSchema } = call.request;
  const spent: TokenUsage[] = [];
  const onAnswer = ({ usage }: ModelAnswer) => {
    if (usage) spent.push(usage);
  };
  try {
    const answered = await askModel(model, { messages, answerSchema }, { signal: step.signal, onAnswer });
    return {
      eventType: 'MODEL_CALL_COMPLETED',
      data: {
        callId,
        answer: answered.value as Json,
        by: answered.provider,
        model: answered.model,
        usage: answered.usage,
        durationMs: Math.round(answered.durationMs),
        attempts: answered.calls,
        ...cost(costOf(prices, answered.model, answered.usage)),
      },
    };
  } catch (error) {
    step.signal.throwIfAborted();
    // Wrong answers were paid for, too.
    const usage = spent.length === 0 ? null : total(spent);
    const paid = usage === null ? {} : { usage, ...cost(costOf(prices, model.model, usage)) };
    return { eventType: 'MODEL_CALL_FAILED', data: { callId, ...judge(error, call.failures, now()), ...paid } };
  }
}

function total(spent: readonly TokenUsage[]): TokenUsage {
  return {
    inputTokens: spent.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    outputTokens: spent.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
  };
}

function cost(costUsd: number | undefined): { readonly costUsd?: number } {
  return costUsd === undefined ? {} : { costUsd };
}

function judge(error: unknown, failures: number, now: number): Omit<EventPayloads['MODEL_CALL_FAILED'], 'callId'> {
  const code = error instanceof AppError ? error.code : 'LLM_FAILED';
  const reason = messageOf(error);
  if (error instanceof ModelError && error.transient) {
    const backoffMs = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
    return { code, reason, remedy: 'later', retryAt: toTimestamp(now + (error.retryAfterMs ?? backoffMs)) };
  }
  const unusable = error instanceof AnswerInvalidError || error instanceof AnswerCutError;
  return { code, reason, remedy: unusable ? 'differently' : 'never', retryAt: null };
}
