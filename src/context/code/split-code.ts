import type { Definition } from './code-facts.ts';

/** A stretch of lines that is shown or left out as one, from 1, the last one included. */
export interface LineRange {
  readonly firstLine: number;
  readonly lastLine: number;
}

/**
 * Splits a file into pieces of at most `most` lines that cover it all. They end before a definition where there is one in
 * reach, else after a blank line, else anywhere.
 */
export function splitCode(
  lines: readonly string[],
  definitions: readonly Definition[],
  most: number,
): readonly LineRange[] {
  const starts = new Set(definitions.map(({ firstLine }) => firstLine));
  const pieces: LineRange[] = [];
  for (let first = 1; first <= lines.length;) {
    const last = Math.min(lines.length, first + most - 1);
    const end = last === lines.length ? last : borderIn(lines, starts, first + Math.ceil(most / 3), last);
    pieces.push({ firstLine: first, lastLine: end });
    first = end + 1;
  }
  return pieces;
}

/** The best line between two to end a piece with: the later the better. */
function borderIn(lines: readonly string[], starts: ReadonlySet<number>, from: number, to: number): number {
  for (let line = to; line >= from; line--) if (starts.has(line + 1)) return line;
  for (let line = to; line >= from; line--) if ((lines[line - 1] ?? '').trim() === '') return line;
  return to;
}
