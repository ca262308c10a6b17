/** A word of a request: how it is compared, and where it stands. */
export interface RequestWord {
  readonly folded: string;
  readonly from: number;
  readonly to: number;
}

export const MAX_REQUEST_CHARACTERS = 10_000;
const MAX_WORDS = 1000;

/** A word as it is compared: whatever its case, its width and its composition, and without the punctuation around it. */
export function fold(word: string): string {
  const bare = word.replace(/^[\p{P}\p{S}]+|[\p{P}\p{S}]+$/gu, '');
  return (bare === '' ? word : bare).normalize('NFKC').toUpperCase().toLowerCase();
}

/** The words of a request; more than a thousand are no request, and none come back. */
export function requestWords(text: string): readonly RequestWord[] {
  if (text.length > MAX_REQUEST_CHARACTERS) return [];
  const words = [...text.matchAll(/\S+/gu)].map(({ 0: word, index }) => ({
    folded: fold(word),
    from: index,
    to: index + word.length,
  }));
  return words.length > MAX_WORDS ? [] : words;
}

const QUOTED = /^["'“”„«»‘’](.+)["'“”„«»‘’]$/su;

/** A value without what belongs to the sentence around it: quotes, and the punctuation at its end. */
export function bareValue(text: string): string {
  const trimmed = text.trim().replace(/[,;:.?!]+$/, '');
  return QUOTED.exec(trimmed)?.[1] ?? trimmed;
}
