import { PromptTooLargeError } from '../llm.errors.ts';
import type { ModelCatalogue, ModelDescription } from './model-catalogue.ts';

/** A model is not filled beyond this share of its window, unless there is no larger one: near its end it forgets. */
export const WINDOW_SHARE = 0.8;

/** What a prompt takes with one model, whose tokenizer counts it. */
export interface PromptNeed {
  /** Tokens of the whole prompt with all that it should hold. */
  readonly neededTokens: number;
  /** Tokens with only what it cannot do without; at most `neededTokens`. */
  readonly criticalTokens: number;
}

export interface RouteRequest {
  readonly model: ModelDescription;
  readonly catalogue: ModelCatalogue;
  /** What the prompt takes with a model: another for each tokenizer. */
  readonly needFor: (model: ModelDescription) => PromptNeed;
  /** Tokens kept free for the answer. */
  readonly answerTokens: number;
  /** Whether the provider has a model of this name. Not asked about `model` itself. */
  readonly isAvailable: (name: string) => boolean;
}

/** Who is asked, and how much it may be told. */
export interface Route {
  readonly model: ModelDescription;
  /** Most tokens of the prompt: with the answer's they are never more than the model's window. */
  readonly promptTokens: number;
  /** The prompt has to be cut, by priority, to `promptTokens`: no model has room for all that is needed. */
  readonly mustTrim: boolean;
  /** The models passed over, with the reason in words. */
  readonly passedOver: readonly { readonly model: string; readonly reason: string }[];
}

/**
 * Chooses the model for a prompt: the given one while prompt and answer take at most 80 % of its window, else the first
 * larger sibling of which that is true. Where there is none, the one with the largest window, filled to its end, and the
 * prompt cut where even that is too little. Throws PromptTooLargeError when the critical part alone does not fit there.
 */
export function routeModel(request: RouteRequest): Route {
  const { model, catalogue, needFor, answerTokens, isAvailable } = request;
  const passedOver: { model: string; reason: string }[] = [];
  let largest = model;
  for (const candidate of [model, ...catalogue.largerThan(model)]) {
    const { name, contextTokens } = candidate;
    if (candidate !== model && !isAvailable(name)) {
      passedOver.push({ model: name, reason: 'the provider does not have it' });
      continue;
    }
    const { neededTokens } = needFor(candidate);
    const comfortable = Math.floor(contextTokens * WINDOW_SHARE);
    const promptTokens = comfortable - answerTokens;
    if (neededTokens <= promptTokens) return { model: candidate, promptTokens, mustTrim: false, passedOver };
    const reason = `${neededTokens} + ${answerTokens} tokens are more than ${comfortable}, 80 % of its window`;
    passedOver.push({ model: name, reason });
    if (contextTokens > largest.contextTokens) largest = candidate;
  }
  return lastResort(largest, request, passedOver);
}

function lastResort(largest: ModelDescription, request: RouteRequest, passedOver: Route['passedOver']): Route {
  const { needFor, answerTokens } = request;
  const { neededTokens, criticalTokens } = needFor(largest);
  const promptTokens = largest.contextTokens - answerTokens;
  if (criticalTokens > promptTokens) {
    throw new PromptTooLargeError(largest.name, {
      criticalTokens,
      answerTokens,
      contextTokens: largest.contextTokens,
      passedOver: passedOver.filter(({ model }) => model !== largest.name),
    });
  }
  return {
    model: largest,
    promptTokens,
    mustTrim: neededTokens > promptTokens,
    passedOver: passedOver.filter(({ model }) => model !== largest.name),
  };
}
