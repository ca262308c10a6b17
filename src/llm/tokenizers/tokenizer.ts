import { RecentValues } from './recent-values.ts';

/** Counts the tokens of texts, without what a chat template adds. */
export interface Tokenizer {
  count(text: string): number;
}

/** Code repeats its words: so many are some 2 MB, and hold those of a large project. */
const KEPT_PIECES = 20_000;

/**
 * A tokenizer whose merges never cross the borders of `piece`, so that the counts of pieces sum up to the count of the
 * text. Pieces are counted once and kept. `piece` must match every character and be global; what it cuts in a run that
 * is longer than a tokenizer's pieces counts a token more or less, and keeps the time linear for hostile texts.
 */
export class PiecewiseTokenizer implements Tokenizer {
  private readonly counts = new RecentValues<number>(KEPT_PIECES);
  private readonly piece: RegExp;
  private readonly countPiece: (piece: string) => number;

  constructor(piece: RegExp, countPiece: (piece: string) => number) {
    this.piece = piece;
    this.countPiece = countPiece;
  }

  count(text: string): number {
    let tokens = 0;
    for (const [piece] of text.matchAll(this.piece)) {
      tokens += this.counts.getOrMake(piece, () => this.countPiece(piece));
    }
    return tokens;
  }
}
