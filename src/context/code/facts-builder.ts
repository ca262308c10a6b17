import type { Node, TreeCursor } from 'web-tree-sitter';
import {
  type CodeFacts,
  type CodeImport,
  type Definition,
  type DefinitionKind,
  factLimits,
  type ImportedName,
  type Reference,
} from './code-facts.ts';

/** What a reader of a language says of a definition when it enters it. */
export interface DefinitionHead {
  readonly kind: DefinitionKind;
  readonly name: Node | null;
  /** The whole definition, from its first word. */
  readonly node: Node;
  /** The last row of its signature, from 0. */
  readonly headRow: number;
}

type Leave = () => void;

/** What is done with a node of each type; what it answers is done when the node is left. */
export type FactReader = Readonly<
  Record<string, (cursor: TreeCursor, facts: FactsBuilder) => (() => void) | undefined>
>;

/** Gathers the facts of a file while its tree is walked in order. Everything it keeps is bounded. */
export class FactsBuilder {
  private readonly definitions: Definition[] = [];
  private readonly references: Reference[] = [];
  private readonly imports: CodeImport[] = [];
  private readonly exports: ImportedName[] = [];
  private readonly code: string;
  /** The definitions around the place of the walk, outermost first. */
  private readonly around: number[] = [];
  private functionDepth = 0;
  private importDepth = 0;
  private row = 0;
  private rowEnd: number;
  /** Where names stand that are no references. */
  private readonly declared = new Set<number>();
  private lastName = { text: '', end: -1 };

  constructor(code: string) {
    this.code = code;
    this.rowEnd = endOfRow(code, 0);
  }

  get isInFunction(): boolean {
    return this.functionDepth > 0;
  }

  /** The kind of the innermost definition around, if any. */
  get owner(): DefinitionKind | undefined {
    return this.definitions[this.around.at(-1) ?? -1]?.kind;
  }

  /** Opens a definition around what is inside; the result closes it. What is in a function is part of that. */
  define(head: DefinitionHead): Leave | undefined {
    const opensFunction = head.kind === 'function' || head.kind === 'method';
    const { length } = this.definitions;
    // Of a type's field only itself, not the fields of its own type.
    const isKept = this.keep(head, !this.isInFunction && this.owner !== 'field', this.around.at(-1) ?? null);
    if (isKept) this.around.push(length);
    if (opensFunction) this.functionDepth++;
    if (!isKept && !opensFunction) return undefined;
    return () => {
      if (isKept) this.around.pop();
      if (opensFunction) this.functionDepth--;
    };
  }

  /** A parameter of a constructor that is a field of its class: `constructor(private readonly store: Store)`. */
  defineParameterField(head: DefinitionHead): void {
    this.keep(head, this.owner === 'method' && this.functionDepth === 1, this.around.at(-2) ?? null);
  }

  private keep({ kind, name, node, headRow }: DefinitionHead, isWanted: boolean, owner: number | null): boolean {
    if (name === null) return false;
    this.declared.add(name.startIndex);
    const text = this.text(name.startIndex, name.endIndex);
    if (!isWanted || text === '' || text.length > factLimits.nameCharacters) return false;
    if (this.definitions.length >= factLimits.definitions) return false;
    const firstLine = node.startPosition.row + 1;
    const lastLine = node.endPosition.row + 1;
    const headEnd = Math.min(lastLine, Math.max(firstLine, headRow + 1), firstLine + factLimits.headLines - 1);
    this.definitions.push({ name: text, kind, owner, firstLine, headEnd, lastLine });
    return true;
  }

  /** A function without a name of its own: what is defined inside is part of whatever is around. */
  openFunction(): Leave {
    this.functionDepth++;
    return () => this.functionDepth--;
  }

  /** Something stands here that may be before a dot and is no name: `this`. */
  see(start: number, end: number): void {
    this.lastName = { text: this.text(start, end), end };
  }

  /** A use of the name at this place; a name that is declared or imported here is none. */
  refer(start: number, end: number, isMember = false): void {
    const name = this.text(start, end);
    const before = this.lastName;
    this.see(start, end);
    if (this.importDepth > 0 || this.declared.has(start) || name.length > factLimits.nameCharacters) return;
    if (this.references.length >= factLimits.references) return;
    const isBehind = isMember && /^\s*[?!]?\.\s*$/.test(this.text(before.end, Math.min(start, before.end + 40)));
    this.references.push({
      name,
      line: this.lineAt(start),
      isMember,
      object: isBehind ? before.text : null,
      within: this.around.at(-1) ?? null,
    });
  }

  /** An import statement; names inside it are no references until the result has been called. */
  addImport(node: Node, from: string, names: readonly ImportedName[]): Leave {
    if (from !== '' && this.imports.length < factLimits.imports) {
      this.imports.push({
        from: from.slice(0, 300),
        names: names.slice(0, factLimits.names),
        firstLine: node.startPosition.row + 1,
        lastLine: node.endPosition.row + 1,
      });
    }
    this.importDepth++;
    return () => this.importDepth--;
  }

  addExport(exported: string, local: string): void {
    if (exported !== '' && local !== '' && this.exports.length < factLimits.names)
      this.exports.push({ imported: exported, local });
  }

  build(): CodeFacts {
    const { definitions, references, imports, exports } = this;
    return { source: 'syntaxTree', definitions, references, imports, exports };
  }

  private text(start: number, end: number): string {
    return this.code.slice(start, end);
  }

  /** Places come in order, but for a few that step back by some nodes. */
  private lineAt(index: number): number {
    while (index > this.rowEnd) {
      this.row++;
      this.rowEnd = endOfRow(this.code, this.rowEnd + 1);
    }
    return this.row + 1;
  }
}

function endOfRow(code: string, from: number): number {
  const end = code.indexOf('\n', from);
  return end === -1 ? Number.POSITIVE_INFINITY : end;
}
