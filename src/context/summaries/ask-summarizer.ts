import { ModelError, type Answered, estimatePromptTokens, predict, promptOf, type Signature } from '../../llm/index.ts';
import type { SummaryOptions, SummaryOrigin } from './summary.ts';

const TIMEOUT_MS = 30_000;
const ANSWER_TOKENS = 1024;

export type Asked<Input, Output> =
  | { readonly answer: Answered<Output>; readonly input: Input }
  | { readonly answer: null; readonly failure: SummaryOrigin['failure'] };

/**
 * Asks the model within its time; without a model the input is not even made. What a model can fail with becomes
 * `failure`; an abort by the caller rejects.
 */
export async function askSummarizer<Input, Output>(
  signature: Signature<Input, Output>,
  makeInput: () => Promise<Input>,
  options: SummaryOptions,
): Promise<Asked<Input, Output>> {
  const { model, signal, retry, onAnswer, timeoutMs = TIMEOUT_MS, answerTokens = ANSWER_TOKENS } = options;
  signal?.throwIfAborted();
  if (model === null) return { answer: null, failure: null };
  const input = await makeInput();
  signal?.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await predict(model, signature, input, {
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      maxAnswerTokens: answerTokens,
      retry,
      onAnswer,
    });
    return { answer, input };
  } catch (error) {
    signal?.throwIfAborted();
    if (deadline.aborted) {
      return {
        answer: null,
        failure: { code: 'LLM_TIMEOUT', message: `${model.model} gave no summary in ${timeoutMs} ms` },
      };
    }
    if (!(error instanceof ModelError)) throw error;
    return { answer: null, failure: { code: error.code, message: error.message } };
  }
}

/** Tokens that are left for code when the rest of the prompt is as in `frame`, whose code is empty. */
export function roomForCode<Input, Output>(
  signature: Signature<Input, Output>,
  frame: Input,
  { contextTokens, answerTokens = ANSWER_TOKENS }: SummaryOptions,
): number {
  return Math.max(
    0,
    contextTokens - answerTokens - estimatePromptTokens(promptOf(signature, frame).messages) - SLACK_TOKENS,
  );
}

/** For the fence of the code and the words about a sample. */
const SLACK_TOKENS = 60;
