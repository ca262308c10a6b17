import type { Fact } from './fact.ts';
import { splitWords } from '../words.ts';

const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;

/**
 * How well facts match a text, by the words and parts of names that they share; only those that share some. BM25 over
 * the facts and the names of their owners. Source: Robertson, Zaragoza, The Probabilistic Relevance Framework (2009).
 */
export function matchFacts(facts: readonly Fact[], text: string): ReadonlyMap<Fact, number> {
  const wanted = new Set(splitWords(text));
  const documents = facts.map((fact) => ({ fact, words: wordsOfFact(fact) }));
  const meanLength = documents.reduce((sum, { words }) => sum + words.length, 0) / (documents.length || 1);
  const counted = documents.map(({ fact, words }) => ({ fact, length: words.length, counts: countsOf(words, wanted) }));
  const holders = new Map<string, number>();
  for (const { counts } of counted) for (const word of counts.keys()) holders.set(word, (holders.get(word) ?? 0) + 1);
  const rarity = (word: string) => {
    const holding = holders.get(word) ?? 0;
    return Math.log(1 + (facts.length - holding + 0.5) / (holding + 0.5));
  };
  const matches = new Map<Fact, number>();
  for (const { fact, length, counts } of counted) {
    const norm = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * length) / meanLength);
    let score = 0;
    for (const [word, count] of counts) score += (rarity(word) * count * (SATURATION + 1)) / (count + norm);
    if (score > 0) matches.set(fact, score);
  }
  return matches;
}

/** Facts never change and are matched again and again. */
const known = new WeakMap<Fact, readonly string[]>();

function wordsOfFact(fact: Fact): readonly string[] {
  const words = known.get(fact) ?? splitWords(`${fact.owner} ${fact.text}`);
  known.set(fact, words);
  return words;
}

function countsOf(words: readonly string[], wanted: ReadonlySet<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) if (wanted.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
