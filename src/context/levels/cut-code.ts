import type { CodeOutline } from '../outline/code-outline.ts';
import type { Shortened } from '../summaries/shorten.ts';
import { cutText } from './cut-text.ts';

/** Lines that belong together: a function, or what stands between two of them. */
interface Piece {
  readonly lines: readonly string[];
  /** What is shown instead of it. */
  readonly short: readonly string[];
}

/**
 * Code of at most `tokens` tokens: whole, or with functions that are only heads with a mark, those at the end first,
 * and then without what stands between them. Where not even the heads fit, these are cut as text. The outline is that
 * of this code; one made by line has no ends of functions, and the code is cut as text.
 */
export function cutCode(
  code: string,
  outline: CodeOutline,
  tokens: number,
  countTokens: (text: string) => number,
): Shortened {
  if (countTokens(code) <= tokens) return { text: code, cut: false };
  const pieces = outline.source === 'text' ? [] : piecesOf(code.split('\n'), outline);
  const functions = pieces.filter(({ short }) => short.length > 0);
  if (functions.length === 0) return cutText(code, tokens, countTokens);
  // What is between functions tells what they work with, and comes first; then the functions from the top.
  const byWorth = [...pieces.filter(({ short }) => short.length === 0), ...functions];
  const render = (whole: number) => {
    const kept = new Set(byWorth.slice(0, whole));
    return pieces.flatMap((piece) => (kept.has(piece) ? piece.lines : piece.short)).join('\n');
  };
  const heads = render(0);
  if (countTokens(heads) > tokens) return { ...cutText(heads, tokens, countTokens), cut: true };
  return { text: render(mostThatFit(byWorth.length, (whole) => countTokens(render(whole)) <= tokens)), cut: true };
}

function piecesOf(lines: readonly string[], { functions }: CodeOutline): readonly Piece[] {
  const pieces: Piece[] = [];
  let next = 1;
  for (const { firstLine, lastLine, signature } of [...functions].sort((a, b) => a.firstLine - b.firstLine)) {
    // One within another is a part of it.
    if (firstLine < next) continue;
    if (firstLine > next) pieces.push({ lines: lines.slice(next - 1, firstLine - 1), short: [] });
    const own = lines.slice(firstLine - 1, lastLine);
    const indent = /^\s*/.exec(own[0] ?? '')?.[0] ?? '';
    pieces.push({ lines: own, short: [`${indent}${signature} [… ${own.length} lines cut]`] });
    next = lastLine + 1;
  }
  if (next <= lines.length) pieces.push({ lines: lines.slice(next - 1), short: [] });
  return pieces;
}

/** The largest number that fits when more takes more; never one that does not. */
function mostThatFit(most: number, fits: (count: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
