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
