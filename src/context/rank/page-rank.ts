import type { DirectedGraph } from 'graphology';

export interface PageRankOptions {
  /** The share of a walk that goes on along edges instead of back to where it began. Default: 0.85. */
  readonly damping?: number;
  /** Ends when the ranks of all nodes together move by less than this. Default: 1e-6. */
  readonly tolerance?: number;
  readonly maxRounds?: number;
}

/**
 * Personalised PageRank: how likely a walk that keeps returning to `seeds` (node to weight, in any unit) is to be found
 * at each node. Edges count by their `weight`, 1 without one; nodes that are not in the graph are ignored. Gives a rank
 * for every node, summing to 1, or nothing without a seed in the graph. Same graph built in the same order, same ranks.
 * Source: Page, Brin, Motwani, Winograd, The PageRank Citation Ranking (1999), section 6.
 */
export function pageRankFrom(
  graph: DirectedGraph,
  seeds: ReadonlyMap<string, number>,
  { damping = 0.85, tolerance = 1e-6, maxRounds = 60 }: PageRankOptions = {},
): ReadonlyMap<string, number> {
  const nodes = graph.nodes();
  const indexOf = new Map(nodes.map((node, index) => [node, index]));
  const home = seedVector(seeds, indexOf);
  if (home === null) return new Map();
  const edges = edgeList(graph, indexOf);
  let ranks = Float64Array.from(home);
  for (let round = 0; round < maxRounds; round++) {
    const next = new Float64Array(nodes.length);
    edges.weights.forEach((weight, edge) => {
      const [from, to] = [edges.from[edge] ?? 0, edges.to[edge] ?? 0];
      next[to] = (next[to] ?? 0) + damping * (ranks[from] ?? 0) * weight;
    });
    // What did not go along an edge, ends of paths included, starts over at the seeds.
    const lost = 1 - next.reduce((sum, rank) => sum + rank, 0);
    let moved = 0;
    home.forEach((share, index) => {
      const rank = (next[index] ?? 0) + lost * share;
      moved += Math.abs(rank - (ranks[index] ?? 0));
      next[index] = rank;
    });
    ranks = next;
    if (moved < tolerance) break;
  }
  return new Map(nodes.map((node, index) => [node, ranks[index] ?? 0]));
}

/** The seeds' shares by node, summing to 1. Null when there is none. */
function seedVector(seeds: ReadonlyMap<string, number>, indexOf: ReadonlyMap<string, number>): Float64Array | null {
  const vector = new Float64Array(indexOf.size);
  let total = 0;
  for (const [node, weight] of seeds) {
    const index = indexOf.get(node);
    if (index === undefined || !(weight > 0)) continue;
    vector[index] = weight;
    total += weight;
  }
  return total === 0 ? null : vector.map((weight) => weight / total);
}

/** All edges in three arrays, as rounds go over them many times; the weights of a node's edges sum to 1. */
function edgeList(graph: DirectedGraph, indexOf: ReadonlyMap<string, number>) {
  const from = new Uint32Array(graph.size);
  const to = new Uint32Array(graph.size);
  const weights = new Float64Array(graph.size);
  const leaving = new Float64Array(graph.order);
  let edge = 0;
  graph.forEachEdge((_, { weight }, source, target) => {
    const index = indexOf.get(source) ?? 0;
    const own = typeof weight === 'number' ? weight : 1;
    from[edge] = index;
    to[edge] = indexOf.get(target) ?? 0;
    weights[edge] = own;
    leaving[index] = (leaving[index] ?? 0) + own;
    edge++;
  });
  return { from, to, weights: weights.map((weight, index) => weight / (leaving[from[index] ?? 0] || 1)) };
}
