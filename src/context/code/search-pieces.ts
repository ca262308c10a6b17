import type { Piece } from './indexed-text.ts';
import type { LinkedCode } from './link-code.ts';
import { splitWords } from '../words.ts';
import { wordNumber, wordNumbers } from './word-number.ts';

export interface FoundPiece {
  readonly file: number;
  readonly piece: Piece;
  readonly score: number;
}

/** What is searched for: texts, and how much a word of each counts. */
export type Query = readonly { readonly text: string; readonly weight: number }[];

/** How soon a word that is there again stops counting, and how much a long piece is held against. */
const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;
/** The words of a query that tell most. */
const MOST_WORDS = 150;
/** What a word in the path of a piece counts against one in its text. */
const PATH_SHARE = 0.3;

/**
 * The pieces of all files but one that share words with a query, best first. A word of a file's path counts for all of
 * its pieces.
 * Source: Robertson, Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with the query's words
 * weighed by the logarithm of how often they are there.
 */
export function searchPieces({ files }: LinkedCode, current: number, query: Query): readonly FoundPiece[] {
  const pieces = files.flatMap((file, number) =>
    number === current ? [] : file.text.pieces.map((piece) => ({ file: number, piece })),
  );
  const holding = new Uint32Array(wordNumbers);
  let length = 0;
  for (const { piece } of pieces) {
    length += piece.length;
    for (const word of piece.words) holding[word] = (holding[word] ?? 0) + 1;
  }
  const asked = askedWords(query, holding, pieces.length);
  const inPath = files.map(({ path }) => pathWeight(path, asked));
  const average = length / Math.max(1, pieces.length);
  const found: FoundPiece[] = [];
  for (const { file, piece } of pieces) {
    const norm = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * piece.length) / average);
    let score = (inPath[file] ?? 0) * PATH_SHARE;
    for (let at = 0; at < piece.words.length; at++) {
      const weight = asked[piece.words[at] ?? 0] ?? 0;
      if (weight === 0) continue;
      const count = piece.counts[at] ?? 0;
      score += (weight * count * (SATURATION + 1)) / (count + norm);
    }
    if (score > 0) found.push({ file, piece, score });
  }
  return found.sort((a, b) => b.score - a.score);
}

/** What the words of a path weigh, each once. */
function pathWeight(path: string, asked: Float64Array): number {
  const words = new Set(splitWords(path).map(wordNumber));
  let sum = 0;
  for (const word of words) sum += asked[word] ?? 0;
  return sum;
}

/** A weight for every word of the index: of most of them 0. */
function askedWords(query: Query, holding: Uint32Array, pieces: number): Float64Array {
  const counts = new Map<number, number>();
  for (const { text, weight } of query) {
    for (const word of splitWords(text)) {
      const number = wordNumber(word);
      counts.set(number, (counts.get(number) ?? 0) + weight);
    }
  }
  const rarity = (word: number) => Math.log(1 + (pieces - (holding[word] ?? 0) + 0.5) / ((holding[word] ?? 0) + 0.5));
  const weighed = [...counts]
    .filter(([word]) => (holding[word] ?? 0) > 0)
    .map(([word, count]): [number, number] => [word, Math.log(1 + count) * rarity(word)])
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_WORDS);
  const asked = new Float64Array(wordNumbers);
  for (const [word, weight] of weighed) asked[word] = weight;
  return asked;
}
