import { WeightedGraph } from '../rank/weighted-graph.ts';
import { type Knowledge, PROJECT, type RelationKind } from './fact.ts';
import { matchFacts } from './match-facts.ts';
import type { RelationIndex } from './relation-index.ts';
import { SymbolIndex } from './symbol-index.ts';

/** What a context is made for. */
export interface Focus {
  /** Symbols that are to be worked on. They need not be known. */
  readonly symbols: readonly string[];
  /** What is to be done, in words. */
  readonly text: string;
}

/**
 * How much of a walk goes along each kind of relation; where the exact figures lie matters little. What is called is
 * needed, who calls is not, but for the focus itself. What contains others is ranked by them and leads nowhere.
 */
const weights: Readonly<Record<RelationKind, number>> = {
  calls: 3,
  imports: 0.3,
  contains: 0.4,
  testedBy: 0.3,
  about: 0,
  names: 0.5,
};
/** A function may use all that its module imports: the only way on where its calls are not known. */
const MAY_USE = 1;
/** A symbol that the words of the focus name, against one that is meant. */
const NAMED = 0.3;
/** All symbols together that only share words with the focus: little, and more the less is known of calls. */
const ALIKE = { least: 0.01, most: 0.1 };
/** Facts that may be alike; the others share only everyday words. */
const MAX_ALIKE = 20;
/** The focus for being at no distance from itself; half of it for each call on the way. */
const NEAR = 0.3;
const MAX_CALLS_AWAY = 12;

/**
 * How much each known symbol has to do with the focus; 1 is all of it. Personalised PageRank over what is known of the
 * code and what is said, and nearness by known calls: a path that branches often loses its share of the walk, not this.
 * Deterministic.
 */
export function rankSymbols(knowledge: Knowledge, relations: RelationIndex, focus: Focus): ReadonlyMap<string, number> {
  const graph = new WeightedGraph();
  for (const { owner } of knowledge.facts) graph.addNode(owner);
  for (const { from, to, kind } of knowledge.relations) graph.connect(from, to, weights[kind]);
  connectPossibleUses(graph, relations);
  const ranks = graph.rankFrom(seedsOf(knowledge, relations, focus, graph));
  raiseByNearness(ranks, relations, focus.symbols);
  raiseContainers(ranks, knowledge);
  return ranks.set(PROJECT, 1);
}

/** By one more node for each module: of each function and each import there may be many. */
function connectPossibleUses(graph: WeightedGraph, relations: RelationIndex): void {
  for (const { module, members, imported } of relations.importingModules) {
    const uses = `${module}\0uses`;
    for (const member of members) graph.connect(member, uses, MAY_USE * relations.unknownShare);
    for (const used of imported) graph.connect(uses, used, 1);
  }
}

/** Where the walk begins: what is meant, what is named, and a little of what is spoken of in the same words. */
function seedsOf(
  { facts }: Knowledge,
  relations: RelationIndex,
  { symbols, text }: Focus,
  graph: WeightedGraph,
): ReadonlyMap<string, number> {
  const seeds = new Map<string, number>();
  // The module of a function that is meant would bring in all its other functions.
  const containers = new Set(symbols.flatMap((symbol) => relations.origins(symbol, 'contains')));
  for (const named of SymbolIndex.namedIn(text, graph.names())) if (!containers.has(named)) seeds.set(named, NAMED);
  for (const symbol of symbols) seeds.set(symbol, 1);
  const alike = [...matchFacts(facts, `${symbols.join(' ')} ${text}`)].sort((a, b) => b[1] - a[1]).slice(0, MAX_ALIKE);
  const total = alike.reduce((sum, [, score]) => sum + score, 0);
  const share = ALIKE.least + (ALIKE.most - ALIKE.least) * relations.unknownShare;
  for (const [{ owner }, score] of alike) seeds.set(owner, (seeds.get(owner) ?? 0) + (share * score) / total);
  return seeds;
}

function raiseByNearness(ranks: Map<string, number>, relations: RelationIndex, symbols: readonly string[]): void {
  const reached = new Set(symbols);
  let ring: readonly string[] = [...reached];
  for (let near = NEAR, calls = 0; ring.length > 0 && calls <= MAX_CALLS_AWAY; near /= 2, calls++) {
    for (const symbol of ring) raise(ranks, symbol, near);
    ring = [...new Set(ring.flatMap((symbol) => relations.ends(symbol, 'calls')))].filter((it) => !reached.has(it));
    for (const symbol of ring) reached.add(symbol);
  }
}

/** A module counts as much as all that it contains, a topic as much as the modules that are about it. */
function raiseContainers(ranks: Map<string, number>, { relations }: Knowledge): void {
  const contained = new Map(ranks);
  for (const { kind, from, to } of relations) if (kind === 'contains') raise(ranks, from, contained.get(to) ?? 0);
  const modules = new Map(ranks);
  for (const { kind, from, to } of relations) if (kind === 'about') raise(ranks, to, modules.get(from) ?? 0);
}

function raise(ranks: Map<string, number>, symbol: string, by: number): void {
  ranks.set(symbol, (ranks.get(symbol) ?? 0) + by);
}
