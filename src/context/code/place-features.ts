import { depthOf } from '../rank/logistic.ts';
import type { CodeView } from './code-view.ts';
import { lineTokens } from './excerpts.ts';
import type { LinkedFile } from './link-code.ts';
import type { FoundPiece } from './search-pieces.ts';
import { type CodeSurvey, LEAST_RANK, surelyUsed } from './survey-code.ts';

/** What speaks for a place to edit. What is counted or grows fast is taken by its logarithm. */
export type PlaceFeature =
  | 'depth'
  | 'score'
  | 'nthOfFile'
  | 'isUsing'
  | 'inside'
  | 'definitions'
  | 'isInDefinition'
  | 'tokens'
  | 'fileScore'
  | 'fileDepth'
  | 'fileUse'
  | 'fileRecent'
  | 'fileTogether'
  | 'fileLines'
  | 'isOneStep';

/** Scores of files are sums of some 1/30. */
const FILE_SCORE = 30;

/** The features of the places that were found, by their numbers. */
export function placeFeatures(survey: CodeSurvey): Record<PlaceFeature, Float64Array> {
  const { view, found, use, history, files } = survey;
  const { code, distance } = view;
  const links = linksOf(survey);
  const ranks = new Map(files.map(({ item, score }, rank) => [item, { score, rank }]));
  const nth = new Map<number, number>();
  const most = found[0]?.score ?? 1;
  const ofPlace = (value: (place: FoundPiece, number: number) => number | boolean) =>
    Float64Array.from(found, (place, number) => Number(value(place, number)));
  const ofFile = (value: (file: number) => number) => {
    const values = code.files.map((_, file) => value(file));
    return ofPlace(({ file }) => values[file] ?? 0);
  };
  return {
    depth: ofPlace((_, number) => depthOf(number)),
    score: ofPlace(({ score }) => score / most),
    nthOfFile: ofPlace(({ file }) => {
      const before = nth.get(file) ?? 0;
      nth.set(file, before + 1);
      return Math.log1p(before);
    }),
    isUsing: ofPlace((_, number) => (links.uses[number] ?? 0) > 0),
    inside: links.inside.map(Math.log1p),
    definitions: ofPlace(({ file, piece }) => Math.log1p(definitionsAt(code.files[file], piece).length)),
    isInDefinition: ofPlace(({ file, piece }) => isInDefinition(code.files[file], piece)),
    tokens: ofPlace((place) => Math.log(placeTokens(view, place) + 5)),
    fileScore: ofFile((file) => FILE_SCORE * (ranks.get(file)?.score ?? 0)),
    fileDepth: ofFile((file) => depthOf(ranks.get(file)?.rank ?? code.files.length)),
    fileUse: ofFile((file) => Math.log((use[code.symbols.length + file] ?? 0) + LEAST_RANK)),
    fileRecent: ofFile((file) => Math.sqrt(history.recent[file] ?? 0)),
    fileTogether: ofFile((file) => Math.log1p(history.together[file] ?? 0)),
    fileLines: ofFile((file) => Math.log1p(code.files[file]?.text.lines.length ?? 0)),
    isOneStep: ofFile((file) => Number(distance[file] === 1)),
  };
}

/** With fewer lines of code its comments are what a place is about. */
const LEAST_CODE_LINES = 3;

/** The lines of a place without its comments: these tell people what the code does, and would take a fifth of the room. */
export function placeLines({ code }: CodeView, { file, piece }: FoundPiece): readonly number[] {
  const { comments, lines: texts } = code.files[file]?.text ?? {};
  const lines = Array.from({ length: piece.lastLine - piece.firstLine + 1 }, (_, index) => piece.firstLine + index);
  const withCode = lines.filter((line) => !comments?.has(line));
  const holding = withCode.filter((line) => /\w/.test(texts?.[line - 1] ?? ''));
  return holding.length < LEAST_CODE_LINES ? lines : withCode;
}

/** About how many tokens a place takes. */
export function placeTokens(view: CodeView, place: FoundPiece): number {
  const lines = view.code.files[place.file]?.text.lines;
  return placeLines(view, place).reduce((sum, line) => sum + lineTokens(lines?.[line - 1] ?? ''), 0);
}

function definitionsAt(file: LinkedFile | undefined, { firstLine, lastLine }: FoundPiece['piece']) {
  const definitions = file?.text.facts.definitions ?? [];
  return definitions.filter((definition) => definition.firstLine >= firstLine && definition.firstLine <= lastLine);
}

/** Whether the place lies in one function, class or the like, and nothing else. */
function isInDefinition(file: LinkedFile | undefined, { firstLine, lastLine }: FoundPiece['piece']): boolean {
  const definitions = file?.text.facts.definitions ?? [];
  return definitions.some(
    (definition) => definition.owner === null && definition.firstLine <= firstLine && definition.lastLine >= lastLine,
  );
}

/** By place: how often it uses what the current file defines, and how much that uses what the place lies inside of. */
function linksOf({ view, found, direct }: CodeSurvey) {
  const uses = new Float64Array(found.length);
  const inside = new Float64Array(found.length);
  for (const [file, places] of Map.groupBy(found.keys(), (place) => found[place]?.file ?? -1)) {
    const { text, firstSymbol = 0 } = view.code.files[file] ?? {};
    const at = placesByLine(places, found, text?.lines.length ?? 0);
    text?.facts.definitions.forEach(({ firstLine, lastLine }, index) => {
      const used = direct[firstSymbol + index] ?? 0;
      if (used === 0) return;
      for (const place of new Set(at.subarray(firstLine, lastLine + 1)))
        if (place >= 0 && place !== at[firstLine]) inside[place] = Math.max(inside[place] ?? 0, used);
    });
    const names = namesOfCurrent(view, file);
    if (names.size === 0) continue;
    for (const { name, line } of text?.facts.references ?? []) {
      const place = at[line] ?? -1;
      if (place >= 0 && names.has(name)) uses[place] = (uses[place] ?? 0) + 1;
    }
  }
  return { uses, inside };
}

/** By line, from 1: the place that it is in, -1 for none. */
function placesByLine(places: readonly number[], found: readonly FoundPiece[], lines: number): Int32Array {
  const at = new Int32Array(lines + 1).fill(-1);
  for (const place of places) {
    const { firstLine = 1, lastLine = 0 } = found[place]?.piece ?? {};
    at.fill(place, firstLine, lastLine + 1);
  }
  return at;
}

/** The names by which a file uses what the current one defines. */
function namesOfCurrent({ code, current }: CodeView, file: number): ReadonlySet<string> {
  const user = code.files[file];
  const used = user === undefined ? new Set<number>() : surelyUsed(user);
  const links = user?.links.filter(({ symbol }) => used.has(symbol) && code.symbols[symbol]?.file === current);
  return new Set(links?.map(({ use }) => use.name));
}
