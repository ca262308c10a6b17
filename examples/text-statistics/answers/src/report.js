import { words } from './words.js';
import { sentences } from './sentences.js';
import { frequency } from './frequency.js';

export function report(text, top = 3) {
  const wordCount = words(text).length;
  const sentenceCount = sentences(text).length;
  const entries = frequency(text);
  const lines = [
    `Words: ${wordCount} (${entries.length} different)`,
    `Sentences: ${sentenceCount}`,
    `Words per sentence: ${(wordCount / sentenceCount).toFixed(1)}`,
    'Most frequent:',
  ];
  for (const { word, share } of entries.slice(0, top)) {
    lines.push(`  ${word} ${(share * 100).toFixed(1)} %`);
  }
  return lines.join('\n');
}
