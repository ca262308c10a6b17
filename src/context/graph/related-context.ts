import { fillBudget, type Room } from '../rank/fill-budget.ts';
import type { CacheNode } from './cache-node.ts';
import type { NetworkedCache } from './networked-cache.ts';

export interface RelatedOptions extends Room {
  /** How many edges away a node may be, from 1 to 4. Default: 2. */
  readonly maxHops?: number;
}

export interface RelatedContext {
  /** Itself, then what it refers to directly, then the others by rank. */
  readonly nodes: readonly CacheNode[];
  /** Of all summaries, a line break each. */
  readonly tokens: number;
}

const MAX_HOPS = 4;

/**
 * What a node is about and what it has to do with: its direct references first, then by personalised PageRank what is
 * within `maxHops` edges in either direction, as far as the budget reaches. One that does not fit is passed over; never
 * over the budget. Nothing for a node that is not there.
 */
export function relatedContext(
  cache: NetworkedCache,
  id: string,
  { maxHops = 2, ...room }: RelatedOptions,
): RelatedContext {
  const reached = cache.within(id, Math.min(MAX_HOPS, Math.max(1, maxHops)));
  const ranks = cache.rankFrom(new Map([[id, 1]]));
  const direct = cache.targets(id);
  const wanted = [...reached].map((node) => ({
    node,
    step: node === id ? 0 : direct.has(node) ? 1 : 2,
    rank: ranks.get(node) ?? 0,
  }));
  wanted.sort((a, b) => a.step - b.step || b.rank - a.rank || (a.node < b.node ? -1 : 1));
  const nodes = wanted.flatMap(({ node }) => cache.node(node) ?? []);
  const { items, tokens } = fillBudget(nodes, ({ summary }) => summary, room);
  return { nodes: items, tokens };
}
