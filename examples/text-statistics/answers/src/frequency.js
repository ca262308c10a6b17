import { words } from './words.js';

export function frequency(text, limit = Infinity) {
  const list = words(text);
  const counts = new Map();
  for (const word of list) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .map(([word, count]) => ({ word, count, share: count / list.length }))
    .sort((a, b) => b.count - a.count || a.word.localeCompare(b.word))
    .slice(0, limit);
}
