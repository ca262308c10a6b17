import type { Relation, RelationKind } from './fact.ts';

/** Relations by where they begin and end, and what their gaps say. */
export class RelationIndex {
  /**
   * How much of what is called is not known, from 0 to 1: the share of functions that call nothing although their
   * module imports something. 1 where no function is known that could.
   */
  readonly unknownShare: number;
  /** Modules that import others, with what they contain. */
  readonly importingModules: readonly {
    readonly module: string;
    readonly members: readonly string[];
    readonly imported: readonly string[];
  }[];
  readonly #from = new Map<RelationKind, Map<string, string[]>>();
  readonly #to = new Map<RelationKind, Map<string, string[]>>();

  constructor(relations: readonly Relation[]) {
    for (const { kind, from, to } of relations) {
      listAt(this.#from, kind, from).push(to);
      listAt(this.#to, kind, to).push(from);
    }
    this.importingModules = [...(this.#from.get('imports') ?? [])].map(([module, imported]) => ({
      module,
      members: this.ends(module, 'contains'),
      imported,
    }));
    const able = this.importingModules.flatMap(({ members }) => members);
    const silent = able.filter((member) => this.ends(member, 'calls').length === 0);
    this.unknownShare = able.length === 0 ? 1 : silent.length / able.length;
  }

  /** What a symbol calls, contains, imports … */
  ends(from: string, kind: RelationKind): readonly string[] {
    return this.#from.get(kind)?.get(from) ?? [];
  }

  /** What calls, contains, imports … a symbol. */
  origins(to: string, kind: RelationKind): readonly string[] {
    return this.#to.get(kind)?.get(to) ?? [];
  }

  /** Functions of the modules that import the one of this symbol: what could call it. */
  possibleCallers(symbol: string): readonly string[] {
    const importing = this.origins(symbol, 'contains').flatMap((module) => this.origins(module, 'imports'));
    return importing.flatMap((module) => this.ends(module, 'contains'));
  }
}

function listAt(index: Map<RelationKind, Map<string, string[]>>, kind: RelationKind, symbol: string): string[] {
  const bySymbol = index.get(kind) ?? new Map<string, string[]>();
  index.set(kind, bySymbol);
  const list = bySymbol.get(symbol) ?? [];
  bySymbol.set(symbol, list);
  return list;
}
