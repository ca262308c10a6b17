const WORD = /[\p{L}\p{N}\p{Co}]+/gu;
const MARK = /\p{M}/gu;
/** A word is known by its beginning, and a text by so many bytes of words: a text search vector of PostgreSQL has no room for more. */
const MAX_WORD_CHARACTERS = 255;
const MAX_BYTES = 1_000_000;

/**
 * The words of a text as FTS5's tokenizer unicode61 has them, in order: runs of letters and digits, in lower case and without
 * diacritics. Of a word the first 255 characters.
 */
export function promptWords(text: string): readonly string[] {
  const folded = text.toLowerCase().normalize('NFD').replaceAll(MARK, '').normalize('NFC');
  return Array.from(folded.matchAll(WORD), ([word]) => word.slice(0, MAX_WORD_CHARACTERS));
}

/** Each word once, the first of them where there are too many to keep. */
export function wordsToKeep(text: string): readonly string[] {
  const words = [...new Set(promptWords(text))];
  let bytes = 0;
  return words.filter((word) => (bytes += Buffer.byteLength(word)) <= MAX_BYTES);
}
