import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseFacts, rankFacts } from './choose-facts.ts';
import { type Fact, type FactKind, type Knowledge, PROJECT, type Relation, type RelationKind } from './fact.ts';

let sequence = 0;
const fact = (owner: string, text: string, kind: FactKind = 'contract'): Fact => {
  sequence += 1;
  return { key: `${kind} ${owner} ${sequence}`, kind, text, owner, sequence };
};
const relate = (kind: RelationKind, ...pairs: readonly (readonly [string, string])[]): readonly Relation[] =>
  pairs.map(([from, to]) => ({ kind, from, to }));
const countTokens = (text: string) => text.split(/\s+/).filter(Boolean).length;
const change = (symbol: string, text = '') => ({ symbols: [symbol], text });
const ownersOf = (facts: readonly Fact[]) => facts.map(({ owner }) => owner);

/** a calls b calls c calls d calls e; x calls y; each in a module of its own. */
const chain: Knowledge = {
  facts: ['y', 'e', 'x', 'd', 'c', 'b', 'a'].map((name) => fact(name, `${name}() number`)),
  relations: relate('calls', ['a', 'b'], ['b', 'c'], ['c', 'd'], ['d', 'e'], ['x', 'y']),
};

describe('the facts chosen for an event', () => {
  it('follow calls to the fourth degree before anything else [CX-7, CX-8]', () => {
    expect(ownersOf(rankFacts(chain, change('a'))).slice(0, 5)).toEqual(['a', 'b', 'c', 'd', 'e']);
    const chosen = chooseFacts(chain, change('a'), { budgetTokens: 10, countTokens });
    expect(ownersOf(chosen)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('hold the contracts of who calls, and not what these call besides', () => {
    const ranked = ownersOf(rankFacts(chain, change('c')));
    expect(ranked.indexOf('b')).toBeLessThan(ranked.indexOf('a'));
    expect(ranked.slice(0, 4)).toContain('b');
  });

  it('find a way by the imports of a module where its calls are not known', () => {
    const knowledge: Knowledge = {
      facts: [fact('far', 'far() number'), fact('near', 'near() number'), fact('own', 'own() number')],
      relations: [
        ...relate('contains', ['m', 'own'], ['n', 'near'], ['o', 'far']),
        ...relate('imports', ['m', 'n'], ['o', 'm']),
      ],
    };
    expect(ownersOf(rankFacts(knowledge, change('own')))).toEqual(['own', 'near', 'far']);
  });

  it('find by words and parts of names what no relation leads to', () => {
    const knowledge: Knowledge = {
      facts: [fact('closeInvoice', 'closeInvoice() void'), fact('parsePhoneNumber', 'parsePhoneNumber(text) Phone')],
      relations: [],
    };
    const ranked = rankFacts(knowledge, change('validatePhone', 'check the number before it is stored'));
    expect(ownersOf(ranked)).toEqual(['parsePhoneNumber', 'closeInvoice']);
  });

  it('hold what is decided for all, and for the topics of the modules that matter', () => {
    const knowledge: Knowledge = {
      facts: [
        fact('topic time', 'times are UTC', 'decision'),
        fact('topic money', 'money is integer', 'decision'),
        fact('unrelated', 'unrelated() void'),
        fact(PROJECT, 'ids are ULIDs', 'decision'),
        fact('pay', 'pay() void'),
      ],
      relations: [
        ...relate('contains', ['bank', 'pay'], ['clock', 'unrelated']),
        ...relate('about', ['bank', 'topic money'], ['clock', 'topic time']),
      ],
    };
    expect(
      ownersOf(rankFacts(knowledge, change('pay')))
        .slice(0, 3)
        .sort(),
    ).toEqual([PROJECT, 'pay', 'topic money']);
  });

  it('never show a remark when a newer one of the same owner found no room', () => {
    const older = fact('a', 'at most 10 rows', 'remark');
    const newer = fact('a', 'at most 20 rows as the supplier has told everybody last week', 'remark');
    const knowledge = { facts: [older, newer], relations: [] };
    expect(chooseFacts(knowledge, change('a'), { budgetTokens: 6, countTokens })).toEqual([]);
    expect(chooseFacts(knowledge, change('a'), { budgetTokens: 20, countTokens })).toEqual([newer, older]);
  });

  it('fit the budget and are the same each time, whatever is known [CX-12]', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'constructor', '__proto__', PROJECT);
    const kind = fc.constantFrom<RelationKind>('calls', 'imports', 'contains', 'testedBy', 'about', 'names');
    const anyFact = fc.record({
      key: fc.string(),
      kind: fc.constantFrom<FactKind>('contract', 'remark', 'error'),
      text: fc.lorem(),
      owner: name,
      sequence: fc.nat(99),
    });
    const knowledge = fc.record({
      facts: fc.array(anyFact, { maxLength: 20 }),
      relations: fc.array(fc.record({ kind, from: name, to: name }), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(knowledge, name, fc.lorem(), fc.nat(60), (known, symbol, text, budgetTokens) => {
        const chosen = chooseFacts(known, change(symbol, text), { budgetTokens, countTokens });
        expect(chosen.reduce((sum, { text: shown }) => sum + countTokens(shown), 0)).toBeLessThanOrEqual(budgetTokens);
        expect(chooseFacts(known, change(symbol, text), { budgetTokens, countTokens })).toEqual(chosen);
        expect(new Set(chosen).size).toBe(chosen.length);
      }),
    );
  });
});
