import { type Edges, pageRank } from './page-rank.ts';

/** Ranks are only compared: after so many rounds hardly any order changes, what is a few edges away long before. */
const MAX_ROUNDS = 30;

/** A directed graph of named nodes whose edges add up, to rank them by. Names may be any text. */
export class WeightedGraph {
  readonly #indexOf = new Map<string, number>();
  /** By node, the weights of its edges by where they lead. */
  readonly #edges: Map<number, number>[] = [];
  #listed: Edges | null = null;

  addNode(name: string): void {
    this.#add(name);
  }

  /** Adds the nodes as well; without weight nothing else. */
  connect(from: string, to: string, weight: number): void {
    const [start, end] = [this.#add(from), this.#add(to)];
    const edges = this.#edges[start];
    if (edges !== undefined && weight > 0) edges.set(end, (edges.get(end) ?? 0) + weight);
  }

  names(): readonly string[] {
    return [...this.#indexOf.keys()];
  }

  /** Personalised PageRank from these nodes by their weights; names that are not there are passed over. */
  rankFrom(seeds: ReadonlyMap<string, number>): Map<string, number> {
    const names = this.names();
    this.#listed ??= this.#list();
    const ranks = pageRank(
      this.#listed,
      Float64Array.from(names, (name) => Math.max(0, seeds.get(name) ?? 0)),
      { maxRounds: MAX_ROUNDS },
    );
    return new Map(names.map((name, index) => [name, ranks[index] ?? 0]));
  }

  #add(name: string): number {
    this.#listed = null;
    const known = this.#indexOf.get(name);
    if (known !== undefined) return known;
    const index = this.#edges.length;
    this.#indexOf.set(name, index);
    this.#edges.push(new Map());
    return index;
  }

  #list(): Edges {
    const edges: Edges = { from: [], to: [], weights: [] };
    this.#edges.forEach((leaving, start) => {
      for (const [end, weight] of leaving) {
        edges.from.push(start);
        edges.to.push(end);
        edges.weights.push(weight);
      }
    });
    return edges;
  }
}
