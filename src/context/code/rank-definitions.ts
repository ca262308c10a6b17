import { fuseRanks, type RankedItem } from '../rank/fuse-ranks.ts';
import { bestFirst, type CodeView } from './code-view.ts';
import { STEP_LOSS } from './rank-files.ts';
import { rankBySignatures } from './rank-symbols.ts';
import { splitWords } from '../words.ts';

/** What speaks for a definition besides the code itself. */
export interface DefinitionSignals {
  /** By symbol, then by file. */
  readonly use: Float64Array;
  /** By file. */
  readonly similar: Float64Array;
  /** Files, likeliest to matter first. */
  readonly files: readonly RankedItem<number>[];
  /** Symbols that begin at likely places to edit, likeliest first. */
  readonly atPlaces: readonly number[];
  /** Names that the task mentions. */
  readonly mentioned: ReadonlySet<string>;
}

/**
 * What is needed next and not used yet is often called like what is there, or used by the other files of the same
 * change: `named` and `usedByFiles`.
 */
const WEIGHTS = {
  use: 3,
  similar: 1,
  direct: 0.3,
  popular: 0.25,
  popularNear: 0.3,
  places: 0.3,
  files: 0.3,
  usedByFiles: 0.4,
  named: 0.3,
  mentioned: 1,
  signatures: 0.6,
};
const FUSION_K = 20;
/** So many files, those most like the current one or likeliest to matter, tell what it may use. */
const TELLING_FILES = 15;
/** So many definitions at the top are those whose signatures have to be understood. */
const SIGNATURE_ROOTS = 100;
const TOP_OF_FILE = 3;
/** A name that may as well mean three others says little. */
const SURE_SHARE = 0.3;

/** The definitions outside of the current file and of tests, likeliest to be needed first. */
export function rankDefinitions(view: CodeView, signals: DefinitionSignals): readonly RankedItem<number>[] {
  const { code, current, isTest } = view;
  const { use, similar, files, atPlaces, mentioned } = signals;
  const isCandidate = (symbol: number) => {
    const file = code.symbols[symbol]?.file;
    return file !== undefined && file !== current && !isTest[file];
  };
  const order = (scores: ArrayLike<number>) => bestFirst(scores, isCandidate);
  const alike = bestFirst(similar).map((file) => ({ item: file, score: similar[file] ?? 0 }));
  const likely = files.filter(({ item }) => !isTest[item]);
  const direct = directUses(view);
  const popular = usingFiles(view);
  const named = Float64Array.from(code.symbols, ({ definition }) => (mentioned.has(definition.name) ? 1 : 0));
  const byCode = fuseRanks(
    [
      { items: order(use), weight: WEIGHTS.use },
      { items: order(usedBy(view, alike)), weight: WEIGHTS.similar },
      { items: order(direct), weight: WEIGHTS.direct },
      { items: order(popular), weight: WEIGHTS.popular },
      { items: order(lessByDistance(view, popular)), weight: WEIGHTS.popularNear },
      { items: atPlaces.filter(isCandidate), weight: WEIGHTS.places },
      { items: topsOf(view, files, use).filter(isCandidate), weight: WEIGHTS.files },
      { items: order(usedBy(view, likely)), weight: WEIGHTS.usedByFiles },
      { items: order(likeNames(view)), weight: WEIGHTS.named },
      { items: order(named), weight: WEIGHTS.mentioned },
    ],
    FUSION_K,
  );
  const roots = new Map(byCode.slice(0, SIGNATURE_ROOTS).map(({ item, score }) => [item, score]));
  return fuseRanks(
    [
      { items: byCode.map(({ item }) => item) },
      { items: order(rankBySignatures(code, roots)), weight: WEIGHTS.signatures },
    ],
    FUSION_K,
  );
}

/** By symbol: how much the current file itself uses it. */
export function directUses({ code, current }: CodeView): Float64Array {
  const uses = new Float64Array(code.symbols.length);
  for (const { use, symbol, share } of code.files[current]?.links ?? [])
    uses[symbol] = (uses[symbol] ?? 0) + share * (use.isMember ? 1 : 2) * Math.sqrt(use.count);
  return uses;
}

/** By symbol: what the first of these files use, each as much as the file counts. */
function usedBy({ code }: CodeView, files: readonly RankedItem<number>[]): Float64Array {
  const scores = new Float64Array(code.symbols.length);
  for (const { item, score } of files.slice(0, TELLING_FILES))
    for (const symbol of surelyUsed(code.files[item]?.links ?? [])) scores[symbol] = (scores[symbol] ?? 0) + score;
  return scores;
}

/** A word that the current file has more often counts no more. */
const MOST_WORD_WEIGHT = 1.5;

/** By symbol: how rare the words of its name are that the current file has, too, against how many it is made of. */
function likeNames({ code, current }: CodeView): Float64Array {
  const names = code.files.flatMap((file) => file.text.names);
  const holding = countWords(names.flat());
  const { path = '', text } = code.files[current] ?? {};
  const own = countWords(splitWords(`${text?.lines.join('\n') ?? ''} ${path}`));
  const weight = (word: string) => {
    const there = Math.min(MOST_WORD_WEIGHT, Math.log2(1 + (own.get(word) ?? 0)));
    return there * Math.log(1 + names.length / (holding.get(word) ?? 1));
  };
  return Float64Array.from(
    names,
    (words) => words.reduce((sum, word) => sum + weight(word), 0) / Math.sqrt(words.length || 1),
  );
}

function countWords(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** By symbol: how many other files use it, tests aside. */
function usingFiles({ code, current, isTest }: CodeView): Float64Array {
  const counts = new Float64Array(code.symbols.length);
  code.files.forEach(({ links }, file) => {
    if (file === current || isTest[file]) return;
    for (const symbol of surelyUsed(links))
      if (code.symbols[symbol]?.file !== file) counts[symbol] = (counts[symbol] ?? 0) + 1;
  });
  return counts;
}

function surelyUsed(links: CodeView['code']['files'][number]['links']): ReadonlySet<number> {
  return new Set(links.filter(({ share }) => share > SURE_SHARE).map(({ symbol }) => symbol));
}

function lessByDistance({ code, distance }: CodeView, scores: Float64Array): Float64Array {
  return scores.map((score, symbol) => score * Math.exp(-STEP_LOSS * (distance[code.symbols[symbol]?.file ?? 0] ?? 0)));
}

/** Of every file in order the top-level definitions that are nearest by use. */
function topsOf({ code }: CodeView, files: readonly RankedItem<number>[], use: Float64Array): readonly number[] {
  return files.flatMap(({ item }) => topLevelOf(code.files[item], use).slice(0, TOP_OF_FILE));
}

/** The top-level definitions of a file, nearest by use first. */
export function topLevelOf(file: CodeView['code']['files'][number] | undefined, use: Float64Array): readonly number[] {
  const { firstSymbol = 0, text } = file ?? {};
  const definitions = text?.facts.definitions ?? [];
  return definitions
    .flatMap(({ owner }, index) => (owner === null ? [firstSymbol + index] : []))
    .sort((a, b) => (use[b] ?? 0) - (use[a] ?? 0));
}
