import type { Fact, Knowledge, Relation, Statement } from './fact.ts';

/**
 * The memory of a task: every statement that was ever made, and what of it holds at any sequence. Nothing is forgotten
 * and nothing is summarised; what was overtaken is only not shown any more. Order of adding does not matter.
 */
export class Ledger {
  readonly #statements: Statement[] = [];

  static of(statements: Iterable<Statement>): Ledger {
    const ledger = new Ledger();
    for (const statement of statements) ledger.add(statement);
    return ledger;
  }

  add(statement: Statement): void {
    this.#statements.push(statement);
  }

  /**
   * What held once the event of this sequence was stored. Default: now. A key whose newest fact was withdrawn has none:
   * that an older one holds again is not known.
   */
  at(sequence = Infinity): Knowledge {
    const said = this.#statements
      .filter((statement) => statement.sequence <= sequence)
      .sort((a, b) => a.sequence - b.sequence);
    const current = new Map<string, Statement>();
    const newest = new Map<string, { fact: Fact; statement: Statement }>();
    for (const statement of said) {
      current.set(statement.subject, statement);
      for (const fact of statement.facts) newest.set(fact.key, { fact, statement });
    }
    const facts = [...newest.values()]
      .filter(({ statement }) => current.get(statement.subject) === statement)
      .map(({ fact }) => fact)
      .sort((a, b) => a.sequence - b.sequence);
    return { facts, relations: distinct([...current.values()].flatMap(({ relations }) => relations)) };
  }
}

function distinct(relations: readonly Relation[]): readonly Relation[] {
  const seen = new Map(relations.map((relation) => [`${relation.kind}\0${relation.from}\0${relation.to}`, relation]));
  return [...seen.values()];
}
