/** What the chat template adds to each message. */
export const TOKENS_PER_MESSAGE = 4;

/** Splits text into tokens of this server's models; joined they give the text again. */
export function tokenize(text: string): string[] {
  return text.match(/\s?[A-Za-z]{1,5}|\s?\d|\s?[^\sA-Za-z\d]|\s+/gu) ?? [];
}

export function countPrompt(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, message) => sum + tokenize(message.content).length + TOKENS_PER_MESSAGE, 0);
}

/** A vector of length 1 that depends on the text alone; texts that share tokens point in similar directions. */
export function embed(text: string, dimensions = 64): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const token of tokenize(text)) {
    let hash = 2166136261;
    for (const character of token.trim().toLowerCase())
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
    const at = (hash >>> 0) % dimensions;
    vector[at] = (vector[at] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
