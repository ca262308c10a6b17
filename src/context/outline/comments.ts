import { outlineLimits } from './code-outline.ts';

/** The words of a comment or docstring without its marks: its first paragraph, before any `@tag`, on one line. */
export function commentWords(comment: string): string | null {
  const paragraph: string[] = [];
  for (const line of comment.slice(0, 4 * outlineLimits.docCharacters).split('\n', 40)) {
    const words = line
      .replace(/^\s*(?:\/\*+!?|\*+\/|\*+|\/\/[/!]?|#+!?|[rRuUbBfF]{0,2}(?:"""|'''|"|'))/, '')
      .replace(/\s*(?:\*+\/|"""|'''|"|')?\s*$/, '')
      .trim();
    if (words.startsWith('@') || words.startsWith(':param')) break;
    if (words !== '') paragraph.push(words);
    else if (paragraph.length > 0) break;
  }
  const text = paragraph.join(' ').replace(/\s+/g, ' ');
  if (text === '' || /^(?:eslint|prettier|istanbul|c8|@?ts-|jshint|pylint|type:|noqa|-\*-)/.test(text)) return null;
  return text.slice(0, outlineLimits.docCharacters);
}

/** Whether a file's first comment is about rights and not about the file. */
export function isLicence(words: string): boolean {
  return /\b(?:copyright|licen[cs]ed?|SPDX)\b|©/i.test(words);
}
