import type { Node } from 'web-tree-sitter';
import { type CodeOutline, outlineLimits, type OutlinedFunction, type OutlinedType } from './code-outline.ts';
import { commentWords, isLicence } from './comments.ts';
import { type EffectFacts, type effectRules, sideEffectsOf } from './side-effects.ts';

/** What a reader of a language says of a function when it enters it. */
export interface FunctionHead {
  /** The whole declaration, from its first word. */
  readonly node: Node;
  readonly name: string;
  readonly parameters: Node | null;
  readonly returns: Node | null;
  readonly body: Node | null;
  readonly doc: string | null;
  readonly exported: boolean;
}

/** What is done with a node of each type; what it answers is done when the node is left. */
export type LanguageReader = Readonly<
  Record<string, (node: Node, outline: OutlineBuilder) => (() => void) | undefined>
>;

interface OpenFunction extends Omit<EffectFacts, 'moduleNames'> {
  readonly head: Omit<OutlinedFunction, 'calls' | 'throws' | 'sideEffects' | 'givesValue'>;
  readonly calls: Set<string>;
  readonly effects: Set<string>;
  readonly assigned: { root: string; isMember: boolean }[];
  readonly locals: Set<string>;
  readonly globals: Set<string>;
  readonly throws: Set<string>;
  givesValue: boolean;
}

/** A comment this far from a declaration is not about it. */
const BETWEEN_CHARACTERS = 400;

const IDENTIFIER = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** Gathers an outline while a tree is walked. Everything it keeps is bounded. */
export class OutlineBuilder {
  private readonly imports = new Map<string, Set<string>>();
  private readonly types: OutlinedType[] = [];
  private readonly functions: OpenFunction[] = [];
  private readonly exports = new Set<string>();
  private readonly moduleNames = new Set<string>();
  private readonly owners: string[] = [];
  private isFull = false;
  private open: OpenFunction | null = null;
  private doc: string | null = null;
  /** The comments that the file begins with, and where they end. */
  private readonly head: { start: number; end: number }[] = [];
  private headEnd: number;
  private comment: { start: number; end: number } | null = null;

  constructor(
    private readonly code: string,
    private readonly language: keyof typeof effectRules,
  ) {
    this.headEnd = /^#!.*/.exec(code)?.[0].length ?? 0;
  }

  get isInFunction(): boolean {
    return this.open !== null;
  }

  get isInType(): boolean {
    return this.owners.length > 0;
  }

  /** A node's text on one line. */
  text(node: Node | null, limit: number = outlineLimits.signatureCharacters): string {
    if (node === null) return '';
    return onOneLine(this.code.slice(node.startIndex, Math.min(node.endIndex, node.startIndex + 4 * limit)), limit);
  }

  addComment(node: Node): void {
    const { startIndex: start, endIndex: end } = node;
    if (start === 0 && this.code.startsWith('#!')) return;
    const isLine = this.code[start] === '#' || this.code.startsWith('//', start);
    if (this.comment !== null && isLine && /^\n[ \t]*$/.test(this.between(this.comment.end, start))) {
      // Line comments below each other are one comment.
      this.comment.end = end;
    } else {
      this.comment = { start, end };
    }
    if (this.between(this.headEnd, start).trim() !== '') return;
    this.headEnd = end;
    if (this.head.at(-1) !== this.comment && this.head.length < 10) this.head.push(this.comment);
  }

  /** What the file says of itself where its language has a place for that. */
  setDoc(words: string | null): void {
    this.doc ??= words;
  }

  /** The comment that stands directly before `index`, with nothing but `allowed` between. */
  docBefore(index: number, allowed: RegExp): string | null {
    if (this.comment === null || index - this.comment.end > BETWEEN_CHARACTERS) return null;
    return allowed.test(this.between(this.comment.end, index)) ? this.wordsOf(this.comment) : null;
  }

  addImport(from: string, names: Iterable<string> = []): void {
    if (from === '' || (!this.imports.has(from) && this.imports.size >= outlineLimits.imports)) return;
    const known = this.imports.get(from) ?? new Set();
    this.imports.set(from, known);
    for (const name of names) if (known.size < outlineLimits.names) known.add(name);
  }

  addExport(name: string): void {
    if (name !== '' && this.exports.size < outlineLimits.functions) this.exports.add(name);
  }

  /** Opens the type as the owner of what is declared inside; the result closes it. */
  openType(
    kind: string,
    name: string,
    node: Node,
    body: Node | null,
    doc: string | null,
    exported: boolean,
  ): () => void {
    if (this.types.length < outlineLimits.types && this.open === null) {
      this.types.push({
        kind,
        name: this.ownedName(name),
        signature: this.headOf(node, body),
        doc,
        exported,
        firstLine: node.startPosition.row + 1,
        lastLine: node.endPosition.row + 1,
      });
      if (exported) this.addExport(name);
    }
    this.owners.push(name);
    return () => this.owners.pop();
  }

  /** Opens the function; the result closes it. One inside another is part of that: only its names are noted. */
  openFunction({ node, name, parameters, returns, body, doc, exported }: FunctionHead): (() => void) | undefined {
    if (this.open !== null) {
      this.addNames(this.open.locals, name);
      this.addNames(this.open.locals, this.text(parameters, 1000));
      return undefined;
    }
    if (this.functions.length >= outlineLimits.functions) {
      this.isFull = true;
      return undefined;
    }
    const written = this.text(parameters);
    const opened: OpenFunction = {
      head: {
        name: this.ownedName(name),
        signature: this.headOf(node, body),
        parameters: written.replace(/^\(\s*/, '').replace(/,?\s*\)$/, ''),
        returns: this.text(returns).replace(/^:\s*/, '') || null,
        doc,
        exported,
        firstLine: node.startPosition.row + 1,
        lastLine: node.endPosition.row + 1,
      },
      isConstructor: name === 'constructor' || name === '__init__',
      calls: new Set(),
      effects: new Set(),
      assigned: [],
      parameters: new Set(this.text(parameters, 1000).match(IDENTIFIER) ?? []),
      locals: new Set(),
      globals: new Set(),
      throws: new Set(),
      givesValue: false,
    };
    if (exported && !this.isInType) this.addExport(name);
    this.functions.push(opened);
    this.open = opened;
    return () => (this.open = null);
  }

  addCall(callee: string): void {
    if (callee !== '' && this.open !== null && this.open.calls.size < outlineLimits.names) this.open.calls.add(callee);
  }

  addEffect(effect: string): void {
    this.open?.effects.add(effect);
  }

  addThrow(what: string): void {
    if (this.open !== null && this.open.throws.size < outlineLimits.names) this.open.throws.add(what);
  }

  addValue(): void {
    if (this.open !== null) this.open.givesValue = true;
  }

  /** Names that a declaration brings: of the open function, else of the module. `text` may be a pattern. */
  declare(text: string): void {
    this.addNames(this.open === null ? this.moduleNames : this.open.locals, text);
  }

  /** Names that the open function takes from outside on purpose. */
  declareGlobal(text: string): void {
    if (this.open !== null) this.addNames(this.open.globals, text);
  }

  /** The open function gives `root`, or something of it, a value. */
  assign(root: string, isMember: boolean): void {
    if (this.open === null || root === '' || this.open.assigned.length >= 10 * outlineLimits.names) return;
    this.open.assigned.push({ root, isMember });
  }

  build(lines: number, hasSyntaxErrors: boolean, cut: boolean): CodeOutline {
    return {
      source: 'syntaxTree',
      doc: this.doc ?? this.headDoc(),
      imports: [...this.imports].map(([from, names]) => ({ from, names: [...names] })),
      types: this.types.map((type) => ({ ...type, exported: type.exported || this.exports.has(type.name) })),
      functions: this.functions.map((opened) => this.close(opened)),
      exports: [...this.exports],
      lines,
      hasSyntaxErrors,
      cut: cut || this.isFull,
    };
  }

  private close({ head, throws, givesValue, globals, locals, ...facts }: OpenFunction): OutlinedFunction {
    const own = new Set([...locals].filter((name) => !globals.has(name)));
    const effects = sideEffectsOf({ ...facts, locals: own, moduleNames: this.moduleNames }, this.language);
    const owner = head.name.split('.', 1)[0] ?? '';
    return {
      ...head,
      exported: head.exported || this.exports.has(head.name) || (owner !== head.name && this.exports.has(owner)),
      givesValue,
      calls: [...facts.calls],
      throws: [...throws],
      sideEffects: effects.slice(0, outlineLimits.names),
    };
  }

  private between(end: number, start: number): string {
    return this.code.slice(end, Math.min(start, end + BETWEEN_CHARACTERS));
  }

  private headDoc(): string | null {
    return (
      this.head.map((comment) => this.wordsOf(comment)).find((words) => words !== null && !isLicence(words)) ?? null
    );
  }

  private wordsOf({ start, end }: { start: number; end: number }): string | null {
    return commentWords(this.code.slice(start, end));
  }

  private ownedName(name: string): string {
    return [...this.owners.slice(-3), name].join('.');
  }

  private headOf(node: Node, body: Node | null): string {
    const { signatureCharacters: limit } = outlineLimits;
    const end = Math.min(body?.startIndex ?? node.endIndex, node.startIndex + 4 * limit);
    return onOneLine(this.code.slice(node.startIndex, end), limit).replace(/\s*(?:=>|[{:=])?\s*$/, '');
  }

  private addNames(names: Set<string>, text: string): void {
    for (const [name] of text.matchAll(IDENTIFIER)) {
      if (names.size >= 10 * outlineLimits.names) return;
      names.add(name);
    }
  }
}

/** The node that `node` begins with: `a` of `a.b[0].c`. */
export function rootOf(node: Node | null, innerOf: (node: Node) => Node | null): Node | null {
  let root = node;
  for (let steps = 0; root !== null && steps < 50; steps++) {
    const inner = innerOf(root);
    if (inner === null) break;
    root = inner;
  }
  return root;
}

function onOneLine(text: string, limit: number): string {
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/([([]) /g, '$1')
    .replace(/,? ([)\]])/g, '$1')
    .trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 2)} …`;
}
