import type { EventDraft, EventPayloads } from '../events/index.ts';
import { toTimestamp } from '../kernel/clock.ts';
import { AppError, messageOf } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import { AnswerCutError, AnswerInvalidError, askModel, type LanguageModel, ModelError } from '../llm/index.ts';
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
  now: () => number,
): Promise<EventDraft> {
  const { callId, messages, answerSchema } = call.request;
  try {
    const answered = await askModel(model, { messages, answerSchema }, { signal: step.signal });
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
      },
    };
  } catch (error) {
    step.signal.throwIfAborted();
    return { eventType: 'MODEL_CALL_FAILED', data: { callId, ...judge(error, call.failures, now()) } };
  }
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
