import { words } from './words.js';
import { sentences } from './sentences.js';
import { frequency } from './frequency.js';

export function report(text, top = 3) {
  const wordCount = words(text).length;
  const sentenceCount = sentences(text).length;
  const entries = frequency(text);
  const mean = sentenceCount === 0 ? 0 : wordCount / sentenceCount;
  const lines = [
    `Words: ${wordCount} (${entries.length} different)`,
    `Sentences: ${sentenceCount}`,
    `Words per sentence: ${mean.toFixed(1)}`,
  ];
  if (entries.length > 0) {
    lines.push('Most frequent:');
  }
  for (const { word, share } of entries.slice(0, top)) {
    lines.push(`  ${word} ${(share * 100).toFixed(1)} %`);
  }
  return lines.join('\n');
}
