import type { DirectedGraph } from 'graphology';

export interface PageRankOptions {
  /** The share of a walk that goes on along edges instead of back to where it began. Default: 0.85. */
  readonly damping?: number;
  /** Ends when the ranks of all nodes together move by less than this. Default: 1e-5. */
  readonly tolerance?: number;
  readonly maxRounds?: number;
}

/** A directed graph of numbered nodes: the n-th edge leads from the n-th of `from` to the n-th of `to`. */
export interface Edges {
  readonly from: number[];
  readonly to: number[];
  readonly weights: number[];
}

/**
 * Personalised PageRank: how likely a walk that keeps returning to `seeds` (a weight for every node, in any unit) is to
 * be found at each node. Gives a rank for every node, summing to 1; zeros without a seed. Same edges in the same order,
 * same ranks.
 * Source: Page, Brin, Motwani, Winograd, The PageRank Citation Ranking (1999), section 6.
 */
export function pageRank(
  edges: Edges,
  seeds: Float64Array,
  { damping = 0.85, tolerance = 1e-5, maxRounds = 60 }: PageRankOptions = {},
): Float64Array {
  const total = seeds.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return new Float64Array(seeds.length);
  const home = seeds.map((weight) => weight / total);
  const { from, to, shares } = packed(edges, seeds.length);
  let ranks = Float64Array.from(home);
  for (let round = 0; round < maxRounds; round++) {
    const next = new Float64Array(seeds.length);
    // Indexed loops: rounds go over all edges many times, and this is what the time is spent on.
    for (let edge = 0; edge < shares.length; edge++) {
      const target = to[edge] ?? 0;
      next[target] = (next[target] ?? 0) + damping * (ranks[from[edge] ?? 0] ?? 0) * (shares[edge] ?? 0);
    }
    // What did not go along an edge, ends of paths included, starts over at the seeds.
    const lost = 1 - next.reduce((sum, rank) => sum + rank, 0);
    let moved = 0;
    for (let node = 0; node < next.length; node++) {
      const rank = (next[node] ?? 0) + lost * (home[node] ?? 0);
      moved += Math.abs(rank - (ranks[node] ?? 0));
      next[node] = rank;
    }
    ranks = next;
    if (moved < tolerance) break;
  }
  return ranks;
}

/** `pageRank` of a graph whose edges count by their `weight`, 1 without one, and whose seeds are named. */
export function pageRankFrom(
  graph: DirectedGraph,
  seeds: ReadonlyMap<string, number>,
  options?: PageRankOptions,
): ReadonlyMap<string, number> {
  const nodes = graph.nodes();
  const indexOf = new Map(nodes.map((node, index) => [node, index]));
  const home = Float64Array.from(nodes, (node) => Math.max(0, seeds.get(node) ?? 0));
  if (!home.some((weight) => weight > 0)) return new Map();
  const edges: Edges = { from: [], to: [], weights: [] };
  graph.forEachEdge((_, { weight }, source, target) => {
    edges.from.push(indexOf.get(source) ?? 0);
    edges.to.push(indexOf.get(target) ?? 0);
    edges.weights.push(typeof weight === 'number' ? weight : 1);
  });
  const ranks = pageRank(edges, home, options);
  return new Map(nodes.map((node, index) => [node, ranks[index] ?? 0]));
}

/** The edges in typed arrays, their weights as shares of all that leaves a node. */
function packed({ from, to, weights }: Edges, nodes: number) {
  const leaving = new Float64Array(nodes);
  from.forEach((node, edge) => (leaving[node] = (leaving[node] ?? 0) + (weights[edge] ?? 0)));
  const shares = Float64Array.from(weights, (weight, edge) => weight / (leaving[from[edge] ?? 0] || 1));
  return { from: Uint32Array.from(from), to: Uint32Array.from(to), shares };
}
