import type { RankedItem } from '../rank/fuse-ranks.ts';
import { bestFirst, type CodeView } from './code-view.ts';
import { directUses } from './rank-definitions.ts';
import type { FoundPiece } from './search-pieces.ts';

/**
 * How soon places of a search fall behind others, and what else counts: the rank of the file, and that the place uses
 * what the current file defines or lies inside of what that uses. What is changed together is linked, but may have few
 * words in common. Where something used begins does not count: signatures show it anyway.
 */
const WEIGHTS = { perPlace: 0.3, file: 0.6, uses: 0.5, inside: 0.2 };
const FUSION_K = 30;
/** A name that may as well mean three others says little. */
const SURE_SHARE = 0.3;

/** Where there may be something to edit, likeliest first: the places that were found, put in order by `files` as well. */
export function rankPlaces(
  view: CodeView,
  found: readonly FoundPiece[],
  files: readonly RankedItem<number>[],
): readonly FoundPiece[] {
  const byFile = new Map(files.map(({ item, score }) => [item, score]));
  const scores = Float64Array.from(
    found,
    ({ file }, n) => 1 / (FUSION_K + n * WEIGHTS.perPlace) + WEIGHTS.file * (byFile.get(file) ?? 0),
  );
  const isSource = (place: number) => !view.isTest[found[place]?.file ?? -1];
  const links = linksOf(view, found);
  for (const kind of ['uses', 'inside'] as const) {
    bestFirst(links[kind], isSource).forEach((place, rank) => {
      scores[place] = (scores[place] ?? 0) + WEIGHTS[kind] / (FUSION_K + rank + 1);
    });
  }
  return found
    .map((place, n) => ({ place, score: scores[n] ?? 0 }))
    .sort((a, b) => b.score - a.score)
    .map(({ place }) => place);
}

/** By place: how often it uses what the current file defines, and how much that uses what the place lies inside of. */
function linksOf(view: CodeView, found: readonly FoundPiece[]) {
  const direct = directUses(view);
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
  const links = code.files[file]?.links ?? [];
  const surely = links.filter(({ symbol, share }) => share > SURE_SHARE && code.symbols[symbol]?.file === current);
  return new Set(surely.map(({ use }) => use.name));
}
