/** How a text that was cut ends. */
export const CUT_MARK = ' …';

export interface Shortened {
  readonly text: string;
  readonly cut: boolean;
}

/**
 * A text of at most `tokens` tokens, the mark included: whole, or cut at the end of a sentence; where the first sentence
 * alone is too long, at a blank, and in a text without blanks anywhere.
 */
export function shorten(text: string, tokens: number, countTokens: (text: string) => number): Shortened {
  const whole = text.replace(/\s+/g, ' ').trim();
  if (countTokens(whole) <= tokens) return { text: whole, cut: false };
  const shown = (end: number) => wellFormed(whole.slice(0, end)) + CUT_MARK;
  const fits = (end: number) => countTokens(shown(end)) <= tokens;
  const room = longest(whole.length, fits);
  const sentences = [...whole.slice(0, room).matchAll(/[.!?…。！？](?=["')\]]?\s)["')\]]?/g)];
  const sentence = sentences.at(-1);
  const atSentence = sentence === undefined ? 0 : sentence.index + sentence[0].length;
  const atBlank = whole.lastIndexOf(' ', room);
  let end = atSentence > 0 ? atSentence : atBlank > 0 ? atBlank : room;
  // A text may count more than a longer one: tokens do not end where words do.
  while (end > 0 && !fits(end)) end = Math.max(0, whole.lastIndexOf(' ', end - 1));
  return { text: shown(end), cut: true };
}

/** The items that fit in together, as far as they go. */
export function shortenList(
  items: readonly string[],
  tokens: number,
  countTokens: (text: string) => number,
): { readonly items: readonly string[]; readonly cut: boolean } {
  let taken = 0;
  let sum = 0;
  for (const item of items) {
    sum += countTokens(item) + 1;
    if (sum > tokens) break;
    taken++;
  }
  return { items: items.slice(0, taken), cut: taken < items.length };
}

/** The largest length up to `length` that fits, or nearly: more text has hardly ever fewer tokens. */
export function longest(length: number, fits: (end: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Without half of a character at its end. */
export function wellFormed(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1).trimEnd() : text.trimEnd();
}
