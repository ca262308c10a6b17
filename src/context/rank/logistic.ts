/** Of every feature a column: its value for each candidate, by the candidate's number. */
export type Columns<Feature extends string> = Readonly<Record<Feature, ArrayLike<number>>>;

/** What one of each feature adds to the log-odds, and what these are without any. */
export interface LogisticModel<Feature extends string> {
  readonly bias: number;
  readonly weights: Readonly<Record<Feature, number>>;
}

/** By candidate: how likely it is, from 0 to 1, by a logistic regression whose weights are known. */
export function likelihoods<Feature extends string>(
  columns: Columns<Feature>,
  { bias, weights }: LogisticModel<Feature>,
  candidates: number,
): Float64Array {
  const odds = new Float64Array(candidates).fill(bias);
  for (const feature in weights) {
    const column = columns[feature];
    const weight = weights[feature];
    for (let candidate = 0; candidate < candidates; candidate++)
      odds[candidate] = (odds[candidate] ?? 0) + weight * (column[candidate] ?? 0);
  }
  return odds.map((logOdds) => 1 / (1 + Math.exp(-logOdds)));
}

/** What the place in an order tells: how near the top it is, from 1 to 0, and how far down by its logarithm. */
export interface PlaceInOrder {
  readonly top: Float64Array;
  readonly depth: Float64Array;
}

/** So many at the top are about the same. */
const TOP = 20;
/** The first few of a longer list differ less than their logarithms. */
const FIRST = 3;

/** Where each of `candidates` stands in an order, best first. What is not in it stands behind all. */
export function placesInOrder(order: readonly number[], candidates: number): PlaceInOrder {
  const top = new Float64Array(candidates);
  const depth = new Float64Array(candidates).fill(depthOf(candidates));
  order.forEach((candidate, rank) => {
    top[candidate] = TOP / (TOP + 1 + rank);
    depth[candidate] = depthOf(rank);
  });
  return { top, depth };
}

/** How far down a rank, from 0, is: 0 for the first and the lower the farther. */
export function depthOf(rank: number): number {
  return -Math.log2(1 + rank / FIRST);
}
