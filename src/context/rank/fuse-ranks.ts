/** A list, best first, and how much it counts. Default weight: 1. */
export interface RankedList<T> {
  readonly items: readonly T[];
  readonly weight?: number;
}

export interface RankedItem<T> {
  readonly item: T;
  readonly score: number;
}

/**
 * Reciprocal rank fusion: one order out of several whose scores cannot be compared. Each list gives its n-th item
 * weight / (k + n). Best first with its score; of equals the one that was seen first.
 * Source: Cormack, Clarke, Büttcher, Reciprocal Rank Fusion outperforms Condorcet (SIGIR 2009).
 */
export function fuseRanks<T>(lists: readonly RankedList<T>[], k = 25): readonly RankedItem<T>[] {
  const scores = new Map<T, number>();
  for (const { items, weight = 1 } of lists) {
    items.forEach((item, index) => scores.set(item, (scores.get(item) ?? 0) + weight / (k + index + 1)));
  }
  return [...scores].map(([item, score]) => ({ item, score })).sort((a, b) => b.score - a.score);
}
