import type { RankedItem } from '../rank/fuse-ranks.ts';
import { depthOf, placesInOrder } from '../rank/logistic.ts';
import { splitWords } from '../words.ts';
import type { DefinitionKind } from './code-facts.ts';
import { bestFirst, type CodeView } from './code-view.ts';
import { inTypeHead } from './shown-definition.ts';
import { STEP_LOSS } from './rank-files.ts';
import { candidatesBy, type CodeSurvey, LEAST_RANK, surelyUsed } from './survey-code.ts';

/** Orders of definitions, in each of which the place counts. */
type Order = 'use' | 'direct' | 'popular' | 'popularNear' | 'alike' | 'likely' | 'named';
type OfOrder<Name extends string> = `${Name}Top` | `${Name}Depth`;

/** What speaks for a definition. What is counted or grows fast is taken by its logarithm. */
export type DefinitionFeature =
  | OfOrder<Order>
  | 'use'
  | 'ownerUse'
  | 'direct'
  | 'isUsed'
  | 'popular'
  | 'named'
  | 'fileLikeness'
  | 'fileDepth'
  | 'fileRecent'
  | 'fileDirect'
  | 'fileDefinitions'
  | 'isOneStep'
  | 'isTwoSteps'
  | 'isImported'
  | 'isFunction'
  | 'isClass'
  | 'isType'
  | 'isValue'
  | 'isMethod'
  | 'isPrivate'
  | 'isInType'
  | 'lines';

/** What speaks for one that explains others: besides, how near it is to what their signatures name. */
export type ExplainingFeature = DefinitionFeature | OfOrder<'signatures'>;

/** So many files, those most like the current one or likeliest to matter, tell what it may use. */
const TELLING_FILES = 15;

/** The features of all symbols, by their numbers; of those that are no candidates they say nothing. */
export function definitionFeatures(survey: CodeSurvey): Record<DefinitionFeature, Float64Array> {
  const { view, use, direct, similar, history, files } = survey;
  const { code, current, distance, isTest } = view;
  const own = code.files[current];
  const alike = bestFirst(similar).map((file) => ({ item: file, score: similar[file] ?? 0 }));
  const popular = usingFiles(view);
  const named = likeNames(view);
  const nearness = code.files.map((_, file) => Math.exp(-STEP_LOSS * (distance[file] ?? 0)));
  const fileDirect = new Float64Array(code.files.length);
  direct.forEach((score, symbol) => {
    const file = code.symbols[symbol]?.file ?? -1;
    if (score > 0) fileDirect[file] = (fileDirect[file] ?? 0) + 1;
  });
  const fileRank = new Float64Array(code.files.length).fill(code.files.length);
  files.forEach(({ item }, rank) => (fileRank[item] = rank));
  const order = <Name extends Order>(name: Name, scores: ArrayLike<number>) =>
    orderFeatures(name, candidatesBy(survey, scores), code.symbols.length);
  const ofSymbol = (value: (symbol: CodeView['code']['symbols'][number], number: number) => number | boolean) =>
    Float64Array.from(code.symbols, (symbol, number) => Number(value(symbol, number)));
  const ofFile = (value: (file: number) => number | boolean) => {
    const values = code.files.map((_, file) => Number(value(file)));
    return ofSymbol(({ file }) => values[file] ?? 0);
  };
  const isKind = (kind: DefinitionKind) => ofSymbol(({ definition }) => definition.kind === kind);
  const logUse = (symbol: number) => Math.log((use[symbol] ?? 0) + LEAST_RANK);
  return {
    ...order('use', use),
    ...order('direct', direct),
    ...order('popular', popular),
    ...order(
      'popularNear',
      ofSymbol(({ file }, number) => (popular[number] ?? 0) * (nearness[file] ?? 0)),
    ),
    ...order('alike', usedBy(view, alike)),
    ...order(
      'likely',
      usedBy(
        view,
        files.filter(({ item }) => !isTest[item]),
      ),
    ),
    ...order('named', named),
    use: ofSymbol((_, number) => logUse(number)),
    ownerUse: ofSymbol(({ file, definition: { owner } }) =>
      owner === null ? 0 : logUse((code.files[file]?.firstSymbol ?? 0) + owner) - Math.log(LEAST_RANK),
    ),
    direct: direct.map(Math.log1p),
    isUsed: ofSymbol((_, number) => (direct[number] ?? 0) > 0),
    popular: popular.map(Math.log1p),
    named,
    fileLikeness: ofFile((file) => similar[file] ?? 0),
    fileDepth: ofFile((file) => depthOf(fileRank[file] ?? 0)),
    fileRecent: ofFile((file) => Math.sqrt(history.recent[file] ?? 0)),
    fileDirect: ofFile((file) => Math.log1p(fileDirect[file] ?? 0)),
    fileDefinitions: ofFile((file) => Math.log1p(code.files[file]?.text.facts.definitions.length ?? 0)),
    isOneStep: ofFile((file) => distance[file] === 1),
    isTwoSteps: ofFile((file) => distance[file] === 2),
    isImported: ofFile((file) => own?.imports.has(file) ?? false),
    isFunction: isKind('function'),
    isClass: isKind('class'),
    isType: isKind('type'),
    isValue: isKind('value'),
    isMethod: isKind('method'),
    isPrivate: ofSymbol(({ definition }) => definition.name.startsWith('_')),
    isInType: ofSymbol((symbol) => inTypeHead(code, symbol) !== null),
    lines: ofSymbol(({ definition: { firstLine, lastLine } }) => Math.log(lastLine - firstLine + 2)),
  };
}

/** What a place in this order tells, under the names of the order. */
export function orderFeatures<Name extends string>(name: Name, order: readonly number[], symbols: number) {
  const { top, depth } = placesInOrder(order, symbols);
  return { [`${name}Top`]: top, [`${name}Depth`]: depth } as Record<OfOrder<Name>, Float64Array>;
}

/** By symbol: what the first of these files use, each as much as the file counts. */
function usedBy({ code }: CodeView, files: readonly RankedItem<number>[]): Float64Array {
  const scores = new Float64Array(code.symbols.length);
  for (const { item, score } of files.slice(0, TELLING_FILES)) {
    const file = code.files[item];
    if (file === undefined) continue;
    for (const symbol of surelyUsed(file)) scores[symbol] = (scores[symbol] ?? 0) + score;
  }
  return scores;
}

/** By symbol: how many other files use it, tests aside. */
function usingFiles({ code, current, isTest }: CodeView): Float64Array {
  const counts = new Float64Array(code.symbols.length);
  code.files.forEach((user, file) => {
    if (file === current || isTest[file]) return;
    for (const symbol of surelyUsed(user))
      if (code.symbols[symbol]?.file !== file) counts[symbol] = (counts[symbol] ?? 0) + 1;
  });
  return counts;
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
