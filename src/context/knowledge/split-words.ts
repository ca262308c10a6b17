/** Words that are in nearly every text and tell none from another. */
const common = new Set(
  'a an and are as at be but by for from has have if in is it its not of on or so than that the their then there this to was were which will with'.split(
    ' ',
  ),
);

const RUN = /[\p{L}\p{M}\p{N}_$]+/gu;
const PART = /\p{Script=Han}|\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+|\p{N}+/gu;

/**
 * The words of a text in lower case, in order: names whole and in their parts, `validateEmail` as validateemail, validate
 * and email; Chinese as single characters. Without the commonest English words; at most `limit`.
 */
export function splitWords(text: string, limit: number): readonly string[] {
  const words: string[] = [];
  for (const [run] of text.normalize('NFC').matchAll(RUN)) {
    const parts = run.match(PART) ?? [];
    const whole = parts.length > 1 && !/\p{Script=Han}/u.test(run) ? [run.replace(/[_$]/g, '')] : [];
    for (const word of [...whole, ...parts]) {
      const lower = word.toLowerCase();
      if (!common.has(lower)) words.push(lower.slice(0, 64));
    }
    if (words.length >= limit) break;
  }
  return words.slice(0, limit);
}
