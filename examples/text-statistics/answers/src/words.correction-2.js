export function words(text) {
  if (typeof text !== 'string') {
    throw new TypeError('text must be a string');
  }
  // \p{L} and \p{N} match letters and digits of every script; an apostrophe counts only between two of them
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu) ?? [];
}
