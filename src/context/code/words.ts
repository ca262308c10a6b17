/** The names in code or prose, and of each the words that it is made of, in lower case: `readFile` → readfile, read, file. */
export function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const [name] of text.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)) {
    const parts = name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}]+|\p{N}+/gu) ?? [];
    words.push(name.toLowerCase());
    if (parts.length > 1) words.push(...parts.filter((part) => part.length > 1).map((part) => part.toLowerCase()));
  }
  return words;
}

/** Words are told apart by their numbers, which are below this. */
export const wordNumbers = 2 ** 18;

/** The number of a word, the same in every process: its 32-bit FNV-1a hash, folded. A few words share one. */
export function wordNumber(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return ((hash >>> 18) ^ hash) & (wordNumbers - 1);
}
