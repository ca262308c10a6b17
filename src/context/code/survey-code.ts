import { type Change, type FileHistory, historyOf } from './change-history.ts';
import type { RankedItem } from '../rank/fuse-ranks.ts';
import { bestFirst, type CodeView } from './code-view.ts';
import { rankFiles } from './rank-files.ts';
import { rankByUse } from './rank-symbols.ts';
import { type FoundPiece, type Query, searchPieces } from './search-pieces.ts';
import { similarFiles } from './similar-files.ts';

/** What a word of each text counts in the search. */
const QUERY_WEIGHTS = { code: 1, path: 2, task: 8 };
/** A name that may as well mean three others says little. */
const SURE_SHARE = 0.3;
/** A rank of use below this is none at all: what its logarithm begins at. */
export const LEAST_RANK = 1e-7;

/** What is known of a repository version as seen from one file, before anything is chosen. */
export interface CodeSurvey {
  readonly view: CodeView;
  /** Pieces that share words with the current file or the task, best first. */
  readonly found: readonly FoundPiece[];
  /** By symbol, then by file: how near it is by what uses what. */
  readonly use: Float64Array;
  /** By symbol: how much the current file itself uses it. */
  readonly direct: Float64Array;
  /** By file: how much it is like the current one. */
  readonly similar: Float64Array;
  readonly history: FileHistory;
  /** The other files, likeliest to matter first. */
  readonly files: readonly RankedItem<number>[];
}

export function surveyCode(view: CodeView, changes: readonly Change[], task: string): CodeSurvey {
  const { code, current } = view;
  const { path = '', text } = code.files[current] ?? {};
  const query: Query = [
    { text: text?.lines.join('\n') ?? '', weight: QUERY_WEIGHTS.code },
    { text: path, weight: QUERY_WEIGHTS.path },
    { text: task, weight: QUERY_WEIGHTS.task },
  ];
  const found = searchPieces(code, current, query);
  const use = rankByUse(view);
  const similar = similarFiles(view);
  const history = historyOf(view, changes);
  const files = rankFiles(view, { found, use, similar, history });
  return { view, found, use, direct: directUses(view), similar, history, files };
}

function directUses({ code, current }: CodeView): Float64Array {
  const uses = new Float64Array(code.symbols.length);
  for (const { use, symbol, share } of code.files[current]?.links ?? [])
    uses[symbol] = (uses[symbol] ?? 0) + share * (use.isMember ? 1 : 2) * Math.sqrt(use.count);
  return uses;
}

/** The symbols that a file uses for sure, each once. */
export function surelyUsed({ links }: CodeView['code']['files'][number]): ReadonlySet<number> {
  return new Set(links.filter(({ share }) => share > SURE_SHARE).map(({ symbol }) => symbol));
}

/** The top-level definitions of a file, nearest by use first. */
export function topLevelOf({ view, use }: CodeSurvey, file: number): readonly number[] {
  const { firstSymbol = 0, text } = view.code.files[file] ?? {};
  const definitions = text?.facts.definitions ?? [];
  return definitions
    .flatMap(({ owner }, index) => (owner === null ? [firstSymbol + index] : []))
    .sort((a, b) => (use[b] ?? 0) - (use[a] ?? 0));
}

/** The definitions that may have to be shown: none of the current file, none of tests. */
export function isCandidate({ view: { code, current, isTest } }: CodeSurvey, symbol: number): boolean {
  const file = code.symbols[symbol]?.file;
  return file !== undefined && file !== current && !isTest[file];
}

/** The candidates that score above 0, best first. */
export function candidatesBy(survey: CodeSurvey, scores: ArrayLike<number>): readonly number[] {
  return bestFirst(scores, (symbol) => isCandidate(survey, symbol));
}
