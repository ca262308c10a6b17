import type { Grammar } from '../outline/syntax-parser.ts';

/** The lines, from 1, that hold nothing but a comment, or a part of one. In a language that is not known there are none. */
export function commentLines(lines: readonly string[], grammar: Grammar | null): ReadonlySet<number> {
  const found = new Set<number>();
  if (grammar === null) return found;
  let isInBlock = false;
  lines.forEach((line, index) => {
    const text = line.trim();
    if (grammar === 'python') {
      if (text.startsWith('#')) found.add(index + 1);
      return;
    }
    const isBlock = isInBlock || text.startsWith('/*');
    const end = isBlock ? text.indexOf('*/', isInBlock ? 0 : 2) : -1;
    const isOnlyComment = isBlock ? end === -1 || end + 2 === text.length : text.startsWith('//');
    if (isOnlyComment) found.add(index + 1);
    isInBlock = isBlock && end === -1;
  });
  return found;
}
