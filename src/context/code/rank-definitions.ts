import { likelihoods } from '../rank/logistic.ts';
import type { RankedItem } from '../rank/fuse-ranks.ts';
import { bestFirst } from './code-view.ts';
import { definitionFeatures, orderFeatures } from './definition-features.ts';
import { explainingModel, neededModel } from './learned-weights.ts';
import { rankBySignatures } from './rank-symbols.ts';
import { candidatesBy, type CodeSurvey, isCandidate } from './survey-code.ts';

/** What one that explains others is worth against one that is needed itself. */
const EXPLAINING_WORTH = 0.5;
/** So many definitions at the top are those whose signatures have to be understood. */
const SIGNATURE_ROOTS = 100;
/** How likely it is that what the task names is needed, shared among all of that name: of `name` there are many. */
const MENTIONED = 0.9;

/**
 * The definitions outside of the current file and of tests, likeliest to be needed first: by the change itself, or to
 * understand the signatures of those. What the task mentions by a name of its own is among the first.
 */
export function rankDefinitions(survey: CodeSurvey, mentioned: ReadonlySet<string>): readonly RankedItem<number>[] {
  const { symbols } = survey.view.code;
  const columns = definitionFeatures(survey);
  const meant = mentionedSymbols(survey, mentioned);
  const needed = likelihoods(columns, neededModel, symbols.length).map((likelihood, symbol) =>
    isCandidate(survey, symbol) ? Math.max(likelihood, meant.get(symbol) ?? 0) : 0,
  );
  const explaining = likelihoods(
    { ...columns, ...explainingFeatures(survey, needed) },
    explainingModel,
    symbols.length,
  );
  const scores = needed.map((likelihood, symbol) =>
    likelihood === 0 ? 0 : likelihood + EXPLAINING_WORTH * (explaining[symbol] ?? 0),
  );
  return bestFirst(scores).map((item) => ({ item, score: scores[item] ?? 0 }));
}

/** The candidates whose names are mentioned, and how likely each is meant. */
function mentionedSymbols(survey: CodeSurvey, mentioned: ReadonlySet<string>): ReadonlyMap<number, number> {
  const { symbols } = survey.view.code;
  const named = [...symbols.keys()].filter(
    (symbol) => mentioned.has(symbols[symbol]?.definition.name ?? '') && isCandidate(survey, symbol),
  );
  const sameName = Map.groupBy(named, (symbol) => symbols[symbol]?.definition.name);
  return new Map([...sameName.values()].flatMap((same) => same.map((symbol) => [symbol, MENTIONED / same.length])));
}

/** How near every symbol is to what the signatures of the likeliest to be needed name. */
export function explainingFeatures(survey: CodeSurvey, needed: Float64Array) {
  const { code } = survey.view;
  const roots = bestFirst(needed).slice(0, SIGNATURE_ROOTS);
  const near = rankBySignatures(code, new Map(roots.map((symbol) => [symbol, needed[symbol] ?? 0])));
  return orderFeatures('signatures', candidatesBy(survey, near), code.symbols.length);
}
