import { DirectedGraph } from 'graphology';
import { pageRankFrom } from './page-rank.ts';

/** In front of every name: graphology keeps neighbours in plain objects, where `constructor` is taken. */
const PREFIX = ':';

/** A directed graph of named nodes whose edges add up, to rank them by. Names may be any text. */
export class WeightedGraph {
  readonly #graph = new DirectedGraph<object, { weight?: number }>();

  addNode(name: string): void {
    this.#graph.mergeNode(PREFIX + name);
  }

  /** Adds the nodes as well; without weight nothing else. */
  connect(from: string, to: string, weight: number): void {
    this.addNode(from);
    this.addNode(to);
    if (weight <= 0) return;
    this.#graph.updateEdge(PREFIX + from, PREFIX + to, ({ weight: before = 0 } = {}) => ({ weight: before + weight }));
  }

  names(): readonly string[] {
    return this.#graph.nodes().map((node) => node.slice(PREFIX.length));
  }

  /** Personalised PageRank from these nodes by their weights, as `pageRankFrom` gives it. */
  rankFrom(seeds: ReadonlyMap<string, number>): Map<string, number> {
    const prefixed = new Map([...seeds].map(([name, weight]) => [PREFIX + name, weight]));
    const ranks = pageRankFrom(this.#graph, prefixed);
    return new Map([...ranks].map(([node, rank]) => [node.slice(PREFIX.length), rank]));
  }
}
