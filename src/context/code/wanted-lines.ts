import type { RankedItem } from '../rank/fuse-ranks.ts';
import type { Definition } from './code-facts.ts';
import type { CodeView } from './code-view.ts';
import { lineTokens, type WantedLines } from './excerpts.ts';
import type { CodeSymbol, LinkedFile } from './link-code.ts';
import { directUses, topLevelOf } from './rank-definitions.ts';
import type { FoundPiece } from './search-pieces.ts';

/** So many more lines than its signature, and a definition is shown whole. */
const WHOLE_LINES = 4;
/** What a definition is worth against one of another kind that ranks the same. */
const KIND_WORTH = { function: 1, class: 1, type: 1, value: 1, method: 0.8, field: 0.6 };
const PRIVATE_WORTH = 0.7;
/** How much a longer one has to rank higher: by the power of its tokens, after some that any costs. */
const COST = { power: 0.8, base: 10 };

/** The signatures of definitions, most worth for their length first. What the current file refers to is critical. */
export function signatures(view: CodeView, ranked: readonly RankedItem<number>[]): readonly WantedLines[] {
  const direct = directUses(view);
  return ranked
    .flatMap(({ item, score }) => {
      const symbol = view.code.symbols[item];
      const file = view.code.files[symbol?.file ?? -1];
      if (symbol === undefined || file === undefined) return [];
      const lines = signatureLines(shownDefinition(file, symbol));
      const tokens = lines.reduce((sum, line) => sum + lineTokens(file.text.lines[line - 1] ?? ''), COST.base);
      const worth = (worthOf(symbol.definition) * score) / tokens ** COST.power;
      return [{ file: symbol.file, lines, worth, isUsed: (direct[item] ?? 0) >= 1 }];
    })
    .sort((a, b) => b.worth - a.worth)
    .map(({ file, lines, isUsed }) =>
      isUsed
        ? { file, lines, level: 'CRITICAL', why: 'used by the current file' }
        : { file, lines, level: 'HIGH', why: 'near by use' },
    );
}

function worthOf({ kind, name }: Definition): number {
  return KIND_WORTH[kind] * (name.startsWith('_') ? PRIVATE_WORTH : 1);
}

/** The lines in which other files use what the current one defines, one a file. */
export function callers(
  { code, current, isTest }: CodeView,
  files: readonly RankedItem<number>[],
): readonly WantedLines[] {
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

/** With fewer lines of code its comments are what a place is about. */
const LEAST_CODE_LINES = 3;

/** Places without their comments: these tell people what the code does, and would take a fifth of the room. */
export function placesToEdit({ code, isTest }: CodeView, places: readonly FoundPiece[]): readonly WantedLines[] {
  return places
    .filter(({ file }) => !isTest[file])
    .map(({ file, piece }) => ({
      file,
      lines: codeLines(code.files[file], piece),
      level: 'MEDIUM',
      why: 'likely place to edit',
    }));
}

function codeLines(file: LinkedFile | undefined, { firstLine, lastLine }: FoundPiece['piece']): readonly number[] {
  const lines = range(firstLine, lastLine);
  const code = lines.filter((line) => !file?.text.comments.has(line));
  const holding = code.filter((line) => /\w/.test(file?.text.lines[line - 1] ?? ''));
  return holding.length < LEAST_CODE_LINES ? lines : code;
}

/** What likely files to edit import: an edit often needs one more. */
export function importsOf({ code, isTest }: CodeView, files: readonly RankedItem<number>[]): readonly WantedLines[] {
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
export function testsOf(
  { code, isTest }: CodeView,
  files: readonly RankedItem<number>[],
  found: readonly FoundPiece[],
) {
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
export function heads(
  { code, isTest }: CodeView,
  files: readonly RankedItem<number>[],
  use: Float64Array,
): readonly WantedLines[] {
  return files.flatMap(({ item: file }): WantedLines[] => {
    const [symbol] = isTest[file] ? [] : topLevelOf(code.files[file], use);
    const line = symbol === undefined ? undefined : code.symbols[symbol]?.definition.firstLine;
    return line === undefined ? [] : [{ file, lines: [line], level: 'LOW', why: 'may be related' }];
  });
}

/** The symbols that begin in these places, in their order. */
export function symbolsAt({ code }: CodeView, places: readonly FoundPiece[]): readonly number[] {
  return places.flatMap(({ file, piece }) => {
    const { firstSymbol = 0, text } = code.files[file] ?? {};
    const definitions = text?.facts.definitions ?? [];
    return definitions.flatMap(({ firstLine }, index) =>
      firstLine >= piece.firstLine && firstLine <= piece.lastLine ? [firstSymbol + index] : [],
    );
  });
}

/** The definition that stands for a symbol: where its type's signature holds it, that type. */
function shownDefinition(file: LinkedFile, { definition }: CodeSymbol): Definition {
  const owner = definition.owner === null ? undefined : file.text.facts.definitions[definition.owner];
  return owner?.kind === 'type' && definition.firstLine <= owner.headEnd ? owner : definition;
}

/** Of a short definition all lines, else those of its signature. */
function signatureLines({ firstLine, headEnd, lastLine }: Definition): readonly number[] {
  return range(firstLine, lastLine - headEnd <= WHOLE_LINES ? lastLine : headEnd);
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
