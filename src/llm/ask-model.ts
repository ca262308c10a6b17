import type { Issue } from '../kernel/errors.ts';
import { type AnswerReading, readAnswer } from './answer.ts';
import type { LanguageModel, ModelAnswer, TokenUsage } from './language-model.ts';
import { AnswerCutError, AnswerInvalidError } from './llm.errors.ts';
import type { Prompt } from './prompt.ts';
import { type RetryPolicy, withRetry } from './retry.ts';
import { answerOf, promptOf, type Signature } from './signature.ts';

export interface AskOptions {
  /** Rejects with the signal's reason, also between two attempts. */
  readonly signal?: AbortSignal;
  /** Default: LLM_ANSWER_TOKENS. */
  readonly maxAnswerTokens?: number;
  /** The raw text as it comes, a wrong answer and its repair alike. */
  readonly onText?: (text: string) => void;
  /** Every answer that came, the wrong and the cut ones too: what was spent counts even when nothing came of it. */
  readonly onAnswer?: (answer: ModelAnswer) => void;
  readonly retry?: RetryPolicy;
}

export interface Answered<Value = Readonly<Record<string, unknown>>> {
  readonly value: Value;
  /** The text that was accepted, as the model wrote it. */
  readonly text: string;
  readonly provider: string;
  readonly model: string;
  /** Over all calls; null where the provider counts for none of them. */
  readonly usage: TokenUsage | null;
  readonly durationMs: number;
  /** Answers that were read: 1, or 2 when the first had to be repaired. */
  readonly calls: number;
}

/** A wrong answer is quoted up to here when its repair is asked for. */
const QUOTED_CHARACTERS = 6000;

/**
 * Asks for an answer that fits the prompt's schema. A wrong one is sent back once with its errors; the second failure
 * rejects with AnswerInvalidError, a cut one at once with AnswerCutError. Outages of seconds are waited out, longer
 * ones reject with a transient ModelError. Safe to repeat.
 */
export function askModel(model: LanguageModel, prompt: Prompt, options: AskOptions = {}): Promise<Answered> {
  return ask(model, prompt, (text) => readAnswer(prompt.answerSchema, text), options);
}

/** Asks a signature's question and answers with its typed value, which has none of the signature's own issues either. */
export async function predict<Input, Output>(
  model: LanguageModel,
  signature: Signature<Input, Output>,
  input: Input,
  options: AskOptions = {},
): Promise<Answered<Output>> {
  const prompt = promptOf(signature, input);
  const answer = await ask(model, prompt, (text) => readTyped(signature, input, prompt, text), options);
  return { ...answer, value: answerOf(signature, input, answer.value) };
}

type Read = (text: string) => AnswerReading;

async function ask(model: LanguageModel, prompt: Prompt, read: Read, options: AskOptions): Promise<Answered> {
  const first = await generate(model, prompt, options);
  const firstReading = readComplete(model, read, first);
  if (firstReading.ok) return answered(model, firstReading.value, [first]);

  const repair = { ...prompt, messages: [...prompt.messages, ...repairMessages(first.text, firstReading.issues)] };
  const second = await generate(model, repair, options);
  const secondReading = readComplete(model, read, second);
  if (secondReading.ok) return answered(model, secondReading.value, [first, second]);
  throw new AnswerInvalidError(model.model, secondReading.issues, second.text);
}

function readTyped<Input, Output>(
  signature: Signature<Input, Output>,
  input: Input,
  prompt: Prompt,
  text: string,
): AnswerReading {
  const reading = readAnswer(prompt.answerSchema, text);
  if (!reading.ok) return reading;
  const issues = signature.issues?.(input, answerOf(signature, input, reading.value)) ?? [];
  return issues.length === 0 ? reading : { ok: false, issues, cut: false };
}

async function generate(model: LanguageModel, prompt: Prompt, options: AskOptions): Promise<ModelAnswer> {
  const { signal, maxAnswerTokens, onText, onAnswer, retry } = options;
  const { messages, answerSchema } = prompt;
  const answer = await withRetry(
    () => model.generate({ messages, answerSchema, maxAnswerTokens, signal, onText }),
    retry,
    signal,
  );
  onAnswer?.(answer);
  return answer;
}

/** A cut answer counts only when it is complete all the same: some models pad a finished answer with blanks. */
function readComplete(model: LanguageModel, read: Read, answer: ModelAnswer) {
  const reading = read(answer.text);
  const padded = reading.ok && answer.text.trimEnd().endsWith('}');
  if (answer.finish === 'length' && !padded) {
    throw new AnswerCutError(model.model, answer.text, answer.usage?.outputTokens ?? null);
  }
  return reading;
}

function repairMessages(wrong: string, issues: readonly Issue[]) {
  const list = issues.map((issue) => `- ${issue.path || 'the answer'}: ${issue.message}`).join('\n');
  return [
    { role: 'assistant' as const, content: quote(wrong) },
    {
      role: 'user' as const,
      content: `This answer is wrong:\n${list}\nCorrect it. Answer with the whole JSON object and nothing else.`,
    },
  ];
}

function quote(text: string): string {
  if (text.length <= QUOTED_CHARACTERS) return text || '(empty)';
  const half = QUOTED_CHARACTERS / 2;
  return `${text.slice(0, half)}\n… ${text.length - QUOTED_CHARACTERS} characters …\n${text.slice(-half)}`;
}

function answered(
  model: LanguageModel,
  value: Readonly<Record<string, unknown>>,
  answers: readonly ModelAnswer[],
): Answered {
  const counted = answers.flatMap((answer) => answer.usage ?? []);
  return {
    value,
    text: answers.at(-1)?.text ?? '',
    provider: model.provider,
    model: model.model,
    usage:
      counted.length === 0
        ? null
        : {
            inputTokens: counted.reduce((sum, usage) => sum + usage.inputTokens, 0),
            outputTokens: counted.reduce((sum, usage) => sum + usage.outputTokens, 0),
          },
    durationMs: answers.reduce((sum, answer) => sum + answer.durationMs, 0),
    calls: answers.length,
  };
}
