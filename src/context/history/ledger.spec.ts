import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Fact, Statement } from './fact.ts';
import { Ledger } from './ledger.ts';

const fact = (key: string, text: string, sequence: number): Fact => ({
  key,
  kind: 'decision',
  text,
  owner: 'a',
  sequence,
});
const says = (sequence: number, subject: string, ...facts: readonly (readonly [string, string])[]): Statement => ({
  subject,
  sequence,
  facts: facts.map(([key, text]) => fact(key, text, sequence)),
  relations: [],
});
const textsOf = (ledger: Ledger, sequence?: number) => ledger.at(sequence).facts.map(({ text }) => text);

describe('the ledger of a task', () => {
  it('holds the newest of each key, and any moment before [CX-12]', () => {
    const ledger = Ledger.of([says(1, 'limit', ['limit', '10']), says(4, 'limit', ['limit', '20'])]);
    expect(textsOf(ledger)).toEqual(['20']);
    expect(textsOf(ledger, 3)).toEqual(['10']);
    expect(textsOf(ledger, 0)).toEqual([]);
    expect(textsOf(ledger, 99)).toEqual(['20']);
  });

  it('drops what a newer statement on the same subject no longer says [CX-12]', () => {
    const ledger = Ledger.of([
      { ...says(1, 'code', ['f', 'f()'], ['g', 'g()']), relations: [{ from: 'f', to: 'g', kind: 'calls' }] },
      says(2, 'code', ['f', 'f(x)']),
    ]);
    expect(textsOf(ledger)).toEqual(['f(x)']);
    expect(ledger.at().relations).toEqual([]);
    expect(ledger.at(1).relations).toHaveLength(1);
  });

  it('does not fall back to an older value when the newest was withdrawn', () => {
    const ledger = Ledger.of([says(1, 'plan', ['limit', '10']), says(2, 'code', ['limit', '20']), says(3, 'code')]);
    expect(textsOf(ledger)).toEqual([]);
  });

  it('is the same whatever the order in which statements come, and never shows what was overtaken [CX-12]', () => {
    const statement = fc.record({ subject: fc.constantFrom('p', 'q'), keys: fc.subarray(['k', 'l', 'm']) });
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 12 }), fc.integer({ min: 0, max: 13 }), (said, until) => {
        const statements = said.map(({ subject, keys }, index) =>
          says(index + 1, subject, ...keys.map((key) => [key, `${key}${index + 1}`] as const)),
        );
        const knowledge = Ledger.of(statements).at(until);
        expect(Ledger.of([...statements].reverse()).at(until)).toEqual(knowledge);
        for (const { key, sequence } of knowledge.facts) {
          const newer = statements.filter((other) => other.sequence > sequence && other.sequence <= until);
          expect(newer.flatMap(({ facts }) => facts.map((other) => other.key))).not.toContain(key);
        }
      }),
    );
  });
});
