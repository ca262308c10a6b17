const RUN = /[\p{L}\p{M}\p{N}_$]+/gu;
const PART = /\p{Script=Han}|\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+|\p{N}+/gu;
const HAN = /\p{Script=Han}/u;
/** Longer ones are no words. */
const MAX_CHARACTERS = 64;

/**
 * The words of code or prose in lower case, in order: names whole and in their parts, `validateEmail` and `validate_email`
 * both as validateemail, validate and email; Chinese as single characters, of others none. What every search of this
 * module compares by.
 */
export function splitWords(text: string): readonly string[] {
  return [...words(text)];
}

/** Words that are in nearly every text and tell none from another. */
const common = new Set(
  'a an and are as at be but by for from has have if in is it its not of on or so than that the their then there this to was were which will with'.split(
    ' ',
  ),
);

/** The first `limit` words of prose without the commonest English ones. */
export function tellingWords(text: string, limit: number): readonly string[] {
  const told: string[] = [];
  for (const word of words(text)) {
    if (told.length >= limit) break;
    if (!common.has(word)) told.push(word);
  }
  return told;
}

function* words(text: string): Generator<string, undefined> {
  for (const [run] of text.normalize('NFC').matchAll(RUN)) {
    const parts = run.match(PART) ?? [];
    const isHan = HAN.test(run);
    if (parts.length > 1 && !isHan) yield lower(run.replace(/[_$]/g, ''));
    for (const part of parts) if (part.length > 1 || isHan) yield lower(part);
  }
}

function lower(word: string): string {
  return word.toLowerCase().slice(0, MAX_CHARACTERS);
}
