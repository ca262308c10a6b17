/**
 * The words of a text for matching, in lower case, names in their parts as well: `maxRetries` is maxretries, max,
 * retries. Single letters are left out.
 */
export function wordsOf(text: string): readonly string[] {
  return (text.match(/[\p{L}\p{N}_$]+/gu) ?? []).flatMap((word) => {
    const parts = word.split(/[_$]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u);
    const all = parts.length > 1 ? [word, ...parts] : parts;
    return all.filter((part) => part.length > 1).map((part) => part.toLowerCase());
  });
}
