import type {
  FunctionSummarizerOutput,
  LanguageModel,
  ModelAnswer,
  ModuleSummarizerOutput,
  RetryPolicy,
  TaskSummarizerOutput,
} from '../../llm/index.ts';

/**
 * Where the words come from: a model; the syntax tree, or the lines of the text where a language has none, when no model
 * gave them; what is counted of a task; or nowhere, as there is no code yet.
 */
export type SummarySource = 'model' | 'syntaxTree' | 'text' | 'facts' | 'none';

/** What is true of every summary, whoever made it. */
export interface SummaryOrigin {
  readonly source: SummarySource;
  /** The model that was asked and answered; null where none did. */
  readonly model: string | null;
  /** Why a model that was there did not give it; null where it did, or where there was none to ask. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** What of the code the model saw, where that was not all. */
  readonly sampled: string | null;
  /** Fields that were longer than they may be and end in ` …`, or lists that lost their end. */
  readonly cut: readonly string[];
}

export type ModuleSummary = ModuleSummarizerOutput & SummaryOrigin;
export type FunctionSummary = FunctionSummarizerOutput & SummaryOrigin;
export type TaskSummary = TaskSummarizerOutput & SummaryOrigin;

export interface SummaryOptions {
  /** `brain.modelFor('summarizer')`; null: there is none, and the syntax tree speaks. */
  readonly model: LanguageModel | null;
  /** The whole context of the model, prompt and answer together. */
  readonly contextTokens: number;
  /** Room for the answer. Default: 1024. */
  readonly answerTokens?: number;
  /** How long the model may take over all its attempts before the syntax tree speaks. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Rejects with its reason: who aborts wants no summary. */
  readonly signal?: AbortSignal;
  readonly retry?: RetryPolicy;
  /** Every answer of the model, the unusable ones too. */
  readonly onAnswer?: (answer: ModelAnswer) => void;
  /** Default: estimateTokens. */
  readonly countTokens?: (text: string) => number;
}
