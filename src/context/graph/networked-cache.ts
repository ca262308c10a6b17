import { WeightedGraph } from '../rank/weighted-graph.ts';
import type { CacheEdge, CacheNode, EdgeType } from './cache-node.ts';

/** How much of a walk takes an edge, there and back. */
const weights: Readonly<Record<EdgeType, { readonly there: number; readonly back: number }>> = {
  dependsOn: { there: 3, back: 0.2 },
  references: { there: 1, back: 0.2 },
  contains: { there: 0.7, back: 0.2 },
  testedBy: { there: 0.7, back: 0.5 },
  decidedBy: { there: 0.7, back: 0.2 },
  fixedBy: { there: 1, back: 0.5 },
};

/** The edges of one node, by what they are. */
type Edges = Map<string, CacheEdge>;

/**
 * A directed graph of nodes with typed edges. An edge to or from a node that is not there waits for it and shows nowhere
 * until then; circles and nodes without edges are fine. The order in which nodes and edges came changes no answer.
 */
export class NetworkedCache {
  readonly #nodes = new Map<string, CacheNode>();
  readonly #leaving = new Map<string, Edges>();
  readonly #arriving = new Map<string, Edges>();
  #weighted: WeightedGraph | null = null;

  get size(): number {
    return this.#nodes.size;
  }

  node(id: string): CacheNode | null {
    return this.#nodes.get(id) ?? null;
  }

  /** By id. */
  nodes(): readonly CacheNode[] {
    return [...this.#nodes.values()].sort((a, b) => inOrder(a.id, b.id));
  }

  /** All edges between nodes that are there. */
  edges(): readonly CacheEdge[] {
    return this.#allEdges().filter((edge) => this.#isWhole(edge));
  }

  /** Edges that wait for a node. */
  pendingEdges(): readonly CacheEdge[] {
    return this.#allEdges().filter((edge) => !this.#isWhole(edge));
  }

  /** Takes the place of the node with this id, and of its dependencies and references; other edges stay. */
  put(node: CacheNode): void {
    this.#disconnectOwn(node.id);
    this.#nodes.set(node.id, node);
    for (const edge of ownEdges(node)) this.connect(edge);
    this.#weighted = null;
  }

  /** Its own edges go with it; others wait until it is there again. */
  remove(id: string): void {
    this.#disconnectOwn(id);
    this.#nodes.delete(id);
    this.#weighted = null;
  }

  /** May be repeated. */
  connect({ from, to, type }: CacheEdge): void {
    const edge = { from, to, type };
    edgesAt(this.#leaving, from).set(keyOf(type, to), edge);
    edgesAt(this.#arriving, to).set(keyOf(type, from), edge);
    this.#weighted = null;
  }

  disconnect({ from, to, type }: CacheEdge): void {
    this.#leaving.get(from)?.delete(keyOf(type, to));
    this.#arriving.get(to)?.delete(keyOf(type, from));
    this.#weighted = null;
  }

  /** Nodes that edges of a node lead to. */
  targets(id: string): ReadonlySet<string> {
    const leaving = this.#nodes.has(id) ? [...(this.#leaving.get(id)?.values() ?? [])] : [];
    return new Set(leaving.map(({ to }) => to).filter((to) => this.#nodes.has(to)));
  }

  /** Nodes whose edges lead to a node. */
  sources(id: string): ReadonlySet<string> {
    const arriving = this.#nodes.has(id) ? [...(this.#arriving.get(id)?.values() ?? [])] : [];
    return new Set(arriving.map(({ from }) => from).filter((from) => this.#nodes.has(from)));
  }

  /** A node and all that are at most so many edges away from it, in either direction; nearer ones first. */
  within(id: string, maxHops: number): ReadonlySet<string> {
    const reached = new Set<string>();
    let ring = this.#nodes.has(id) ? [id] : [];
    for (let hops = 0; ring.length > 0 && hops <= maxHops; hops++) {
      for (const node of ring) reached.add(node);
      const next = new Set<string>();
      for (const node of ring) {
        for (const { to } of this.#leaving.get(node)?.values() ?? []) next.add(to);
        for (const { from } of this.#arriving.get(node)?.values() ?? []) next.add(from);
      }
      ring = [...next].filter((node) => this.#nodes.has(node) && !reached.has(node));
    }
    return reached;
  }

  /** How much every node has to do with these, by personalised PageRank; zeros where none of them is there. */
  rankFrom(seeds: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    this.#weighted ??= this.#weigh();
    return this.#weighted.rankFrom(seeds);
  }

  /** In one order whatever was built how: sums of fractions depend on it. */
  #weigh(): WeightedGraph {
    const weighted = new WeightedGraph();
    for (const { id } of this.nodes()) weighted.addNode(id);
    for (const { from, to, type } of this.edges()) {
      weighted.connect(from, to, weights[type].there);
      weighted.connect(to, from, weights[type].back);
    }
    return weighted;
  }

  #allEdges(): readonly CacheEdge[] {
    return [...this.#leaving.values()].flatMap((edges) => [...edges.values()]).sort(byEnds);
  }

  #isWhole({ from, to }: CacheEdge): boolean {
    return this.#nodes.has(from) && this.#nodes.has(to);
  }

  #disconnectOwn(id: string): void {
    const node = this.#nodes.get(id);
    if (node !== undefined) for (const edge of ownEdges(node)) this.disconnect(edge);
  }
}

/** The edges that a node states itself. */
function ownEdges({ id, dependencies, references }: CacheNode): readonly CacheEdge[] {
  return [
    ...dependencies.map((to): CacheEdge => ({ from: id, to, type: 'dependsOn' })),
    ...references.map((to): CacheEdge => ({ from: id, to, type: 'references' })),
  ];
}

function edgesAt(index: Map<string, Edges>, id: string): Edges {
  const edges = index.get(id) ?? new Map<string, CacheEdge>();
  index.set(id, edges);
  return edges;
}

function keyOf(type: EdgeType, other: string): string {
  return `${type} ${other}`;
}

function byEnds(a: CacheEdge, b: CacheEdge): number {
  return inOrder(a.from, b.from) || inOrder(a.to, b.to) || inOrder(a.type, b.type);
}

/** Not by language: the same on every machine. */
function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
