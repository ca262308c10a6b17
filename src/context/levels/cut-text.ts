import { CUT_MARK, longest, type Shortened, wellFormed } from '../summaries/shorten.ts';

/** No real text has more characters a token: what lies beyond need not be counted. */
const CHARACTERS_PER_TOKEN = 16;

/**
 * A text of at most `tokens` tokens with its line breaks, the mark included: whole, or cut after a paragraph, else after
 * a line, else at a blank, else anywhere; at none of these where less than half of the room would be used.
 */
export function cutText(text: string, tokens: number, countTokens: (text: string) => number): Shortened {
  const limit = Math.max(0, tokens) * CHARACTERS_PER_TOKEN;
  if (text.length <= limit && countTokens(text) <= tokens) return { text, cut: false };
  const fits = (end: number) => countTokens(wellFormed(text.slice(0, end)) + CUT_MARK) <= tokens;
  const room = longest(Math.min(text.length, limit), fits);
  const border = ['\n\n', '\n', ' '].map((it) => text.lastIndexOf(it, room)).find((at) => at > room / 2) ?? room;
  // A border may cost more than the room did: tokens do not end where characters do.
  const end = fits(border) ? border : room;
  return { text: fits(end) ? wellFormed(text.slice(0, end)) + CUT_MARK : '', cut: true };
}
