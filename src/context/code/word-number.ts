/** Words are told apart by their numbers, which are below this. */
export const wordNumbers = 2 ** 18;

/** The number of a word, the same in every process: its 32-bit FNV-1a hash, folded. A few words share one. */
export function wordNumber(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return ((hash >>> 18) ^ hash) & (wordNumbers - 1);
}
