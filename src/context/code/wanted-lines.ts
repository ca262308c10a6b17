import { likelihoods } from '../rank/logistic.ts';
import type { RankedItem } from '../rank/fuse-ranks.ts';
import type { Definition } from './code-facts.ts';
import { lineTokens, type ValuedLines, type WantedLines } from './excerpts.ts';
import { placeModel } from './learned-weights.ts';
import { placeFeatures, placeLines, placeTokens } from './place-features.ts';
import type { FoundPiece } from './search-pieces.ts';
import { inTypeHead } from './shown-definition.ts';
import { type CodeSurvey, topLevelOf } from './survey-code.ts';

/** So many more lines than its signature, and a definition is shown whole. */
const WHOLE_LINES = 4;
/** Tokens that any takes besides its lines, and by which short ones are not worth all that much more. */
const COST = { ofDefinition: 10, ofPlace: 20 };
/** What a place to edit is worth against a definition that is as likely. */
const PLACE_WORTH = 0.7;

/** The signatures of definitions, most worth for their length first. What the current file refers to is critical. */
export function signatures(
  { view, direct }: CodeSurvey,
  ranked: readonly RankedItem<number>[],
): readonly ValuedLines[] {
  return ranked
    .flatMap(({ item, score }): ValuedLines[] => {
      const symbol = view.code.symbols[item];
      const file = view.code.files[symbol?.file ?? -1];
      if (symbol === undefined || file === undefined) return [];
      const lines = signatureLines(inTypeHead(view.code, symbol) ?? symbol.definition);
      const tokens = lines.reduce((sum, line) => sum + lineTokens(file.text.lines[line - 1] ?? ''), COST.ofDefinition);
      const isUsed = (direct[item] ?? 0) >= 1;
      return [
        {
          file: symbol.file,
          lines,
          worth: score / tokens,
          level: isUsed ? 'CRITICAL' : 'HIGH',
          why: isUsed ? 'used by the current file' : 'near by use',
        },
      ];
    })
    .sort((a, b) => b.worth - a.worth);
}

/** Where there may be something to edit, most worth for its length first: the places that were found, tests aside. */
export function placesToEdit(survey: CodeSurvey): readonly ValuedLines[] {
  const { view, found } = survey;
  const likely = likelihoods(placeFeatures(survey), placeModel, found.length);
  return found
    .flatMap((place, number): ValuedLines[] => {
      if (view.isTest[place.file]) return [];
      const cost = placeTokens(view, place) + COST.ofPlace;
      return [
        {
          file: place.file,
          lines: placeLines(view, place),
          worth: (PLACE_WORTH * (likely[number] ?? 0)) / cost,
          level: 'MEDIUM',
          why: 'likely place to edit',
        },
      ];
    })
    .sort((a, b) => b.worth - a.worth);
}

/** The lines in which other files use what the current one defines, one a file. */
export function callers({ view: { code, current, isTest }, files }: CodeSurvey): readonly WantedLines[] {
  return files.flatMap(({ item: file }): WantedLines[] => {
    if (isTest[file]) return [];
    const linked = code.files[file];
    const names = new Set(
      linked?.links
        .filter(({ symbol, share }) => share === 1 && code.symbols[symbol]?.file === current)
        .map(({ use }) => use.name),
    );
    if (names.size === 0) return [];
    const line = linked?.text.facts.references.find(({ name }) => names.has(name))?.line;
    return line === undefined ? [] : [{ file, lines: [line], level: 'CRITICAL', why: 'uses the current file' }];
  });
}

/** Files that import more are not shown with all of it. */
const MOST_IMPORT_LINES = 24;

/** What likely files to edit import: an edit often needs one more. */
export function importsOf({ view: { code, isTest }, files }: CodeSurvey): readonly WantedLines[] {
  return files
    .filter(({ item }) => !isTest[item])
    .map(({ item: file }) => {
      const imports = code.files[file]?.text.facts.imports ?? [];
      const lines = imports.flatMap(({ firstLine, lastLine }) => range(firstLine, lastLine));
      return {
        file,
        lines: lines.slice(0, MOST_IMPORT_LINES),
        level: 'MEDIUM',
        why: 'imports of a likely file to edit',
      };
    });
}

/** Of the likeliest test some lines, of others one: there they are, and how they look. */
const TEST_LINES = { first: 5, other: 1 };

/** The tests that likely cover the current file: of each the lines that are most like it. */
export function testsOf({ view: { code, isTest }, files, found }: CodeSurvey): readonly WantedLines[] {
  const best = new Map<number, FoundPiece>();
  for (const place of found) if (!best.has(place.file)) best.set(place.file, place);
  const tests = files.filter(({ item }) => isTest[item]);
  return tests.flatMap(({ item: file }, index): WantedLines[] => {
    const piece = best.get(file)?.piece;
    if (piece === undefined) return [];
    const lines = range(piece.firstLine, piece.lastLine)
      .filter((line) => /\w{3}/.test(code.files[file]?.text.lines[line - 1] ?? ''))
      .slice(0, index === 0 ? TEST_LINES.first : TEST_LINES.other);
    return [{ file, lines, level: 'MEDIUM', why: 'test that may cover it' }];
  });
}

/** Of each file, likeliest to matter first, the head of what is most used of it. */
export function heads(survey: CodeSurvey): readonly WantedLines[] {
  const { code, isTest } = survey.view;
  return survey.files.flatMap(({ item: file }): WantedLines[] => {
    const [symbol] = isTest[file] ? [] : topLevelOf(survey, file);
    const line = symbol === undefined ? undefined : code.symbols[symbol]?.definition.firstLine;
    return line === undefined ? [] : [{ file, lines: [line], level: 'LOW', why: 'may be related' }];
  });
}

/** Of a short definition all lines, else those of its signature. */
function signatureLines({ firstLine, headEnd, lastLine }: Definition): readonly number[] {
  return range(firstLine, lastLine - headEnd <= WHOLE_LINES ? lastLine : headEnd);
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
