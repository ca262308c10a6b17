import { fillBudget, type Room } from '../rank/fill-budget.ts';
import type { Fact, FactKind, Knowledge } from './fact.ts';
import { type Focus, rankSymbols } from './rank-symbols.ts';
import { RelationIndex } from './relation-index.ts';

/** What a contract with a caller of the focus is worth, against the focus itself; and with one that may be a caller. */
const CALLER = 0.3;
const POSSIBLE_CALLER = 0.05;
/** Of one symbol, what binds comes before what was remarked. */
const kinds: readonly FactKind[] = ['requirement', 'contract', 'decision', 'configuration', 'error', 'remark'];

/**
 * The facts that are worth most for the focus, best first, as many as fit with a line break each. A remark is left out
 * where a newer one of the same owner is: the newer may say otherwise. Same knowledge and focus, same facts.
 */
export function chooseFacts(knowledge: Knowledge, focus: Focus, room: Room): readonly Fact[] {
  const seriesOf = ({ kind, owner }: Fact) => (kind === 'remark' ? owner : null);
  return fillBudget(rankFacts(knowledge, focus), ({ text }) => text, room, seriesOf).items;
}

/** All facts, the one that matters most for the focus first; of one symbol by kind, of one kind the newest first. */
export function rankFacts(knowledge: Knowledge, focus: Focus): readonly Fact[] {
  const relations = new RelationIndex(knowledge.relations);
  const ranks = rankSymbols(knowledge, relations, focus);
  const bound = boundCallers(relations, focus.symbols);
  const worthOf = ({ kind, owner }: Fact) =>
    (ranks.get(owner) ?? 0) + (kind === 'contract' ? (bound.get(owner) ?? 0) : 0);
  return knowledge.facts
    .map((fact) => ({ fact, worth: worthOf(fact), kind: kinds.indexOf(fact.kind) }))
    .sort((a, b) => b.worth - a.worth || a.kind - b.kind || b.fact.sequence - a.fact.sequence)
    .map(({ fact }) => fact);
}

/** Who relies on the focus: what they promise themselves must go on to hold. */
function boundCallers(relations: RelationIndex, symbols: readonly string[]): ReadonlyMap<string, number> {
  const bound = new Map<string, number>();
  for (const symbol of symbols) {
    for (const caller of relations.possibleCallers(symbol)) bound.set(caller, POSSIBLE_CALLER * relations.unknownShare);
  }
  for (const symbol of symbols) for (const caller of relations.origins(symbol, 'calls')) bound.set(caller, CALLER);
  return bound;
}
