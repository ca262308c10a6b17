import type { Definition } from './code-facts.ts';
import type { IndexedText, Use } from './indexed-text.ts';
import { type ImportRules, resolvePythonModule, resolveScriptImport } from './resolve-import.ts';
import { grammarOf } from './read-facts.ts';

/** A file of the version with what is known of its text. Files and symbols are numbered in the order given. */
export interface LinkedFile {
  readonly path: string;
  readonly text: IndexedText;
  /** The number of its first definition; the others follow. */
  readonly firstSymbol: number;
  /** Files that it imports. */
  readonly imports: ReadonlySet<number>;
  /** Its uses of symbols of the repository, its own included. */
  readonly links: readonly Link[];
}

/** A use of a symbol; where a name may mean several, one link each. */
export interface Link {
  readonly use: Use;
  readonly symbol: number;
  /** How likely this one is meant, to 1. */
  readonly share: number;
}

export interface CodeSymbol {
  readonly file: number;
  readonly definition: Definition;
}

export interface LinkedCode {
  readonly files: readonly LinkedFile[];
  readonly symbols: readonly CodeSymbol[];
}

/** A name that as many members have says nothing about which one is meant. */
const MOST_CANDIDATES = 8;
/** Re-exports are followed through as many files. */
const MOST_STEPS = 100;

type Binding = { readonly file: number; readonly name: string };

/** Finds for every use of a name in a version's files which definitions it means. Same files in the same order, same links. */
export function linkCode(
  texts: readonly { readonly path: string; readonly text: IndexedText }[],
  rules: ImportRules,
): LinkedCode {
  return new Linker(texts, rules).link();
}

class Linker {
  private readonly texts: readonly { readonly path: string; readonly text: IndexedText }[];
  private readonly rules: ImportRules;
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly symbols: CodeSymbol[] = [];
  private readonly firstSymbols: number[] = [];
  /** By file: its top-level names. */
  private readonly topLevel: Map<string, number>[] = [];
  private readonly members = new Map<string, number[]>();
  /** By file: names bound by imports, `null` for what comes from outside. */
  private readonly bindings: Map<string, Binding | null>[] = [];
  /** By file: files all of whose names it has. */
  private readonly wildcards: number[][] = [];
  private readonly imports: Set<number>[] = [];
  /** By folder and what is written in an import. */
  private readonly resolved = new Map<string, number | null>();
  /** By file and name. */
  private readonly lookedUp = new Map<string, number | null>();

  constructor(texts: readonly { readonly path: string; readonly text: IndexedText }[], rules: ImportRules) {
    this.texts = texts;
    this.rules = rules;
    this.numbers = new Map(texts.map(({ path }, number) => [path, number]));
  }

  link(): LinkedCode {
    this.texts.forEach(({ text }, file) => this.define(text, file));
    this.texts.forEach(({ path, text }, file) => this.bind(path, text, file));
    const files = this.texts.map(({ path, text }, file): LinkedFile => ({
      path,
      text,
      firstSymbol: this.firstSymbols[file] ?? 0,
      imports: this.imports[file] ?? new Set(),
      links: this.linksOf(text, file),
    }));
    return { files, symbols: this.symbols };
  }

  private define({ facts }: IndexedText, file: number): void {
    const top = new Map<string, number>();
    this.firstSymbols.push(this.symbols.length);
    for (const definition of facts.definitions) {
      const symbol = this.symbols.length;
      this.symbols.push({ file, definition });
      const { name, owner } = definition;
      if (owner === null) {
        if (!top.has(name)) top.set(name, symbol);
      } else {
        const known = this.members.get(name);
        if (known === undefined) this.members.set(name, [symbol]);
        else known.push(symbol);
      }
    }
    for (const { imported, local } of facts.exports) {
      const symbol = top.get(local);
      if (symbol !== undefined && !top.has(imported)) top.set(imported, symbol);
    }
    this.topLevel.push(top);
  }

  private bind(path: string, { facts }: IndexedText, file: number): void {
    const bindings = new Map<string, Binding | null>();
    const wildcards: number[] = [];
    const imports = new Set<number>();
    const isPython = grammarOf(path) === 'python';
    for (const { from, names } of facts.imports) {
      const target = this.resolve(path, from, isPython);
      if (target !== null && target !== file && names.length === 0) imports.add(target);
      for (const { imported, local } of names) {
        // `from package import module`
        const module = isPython && imported !== '*' ? this.resolve(path, submodule(from, imported), true) : null;
        const to = module ?? target;
        if (to === null || to === file) bindings.set(local, null);
        else {
          imports.add(to);
          if (local === '*') wildcards.push(to);
          else bindings.set(local, { file: to, name: module === null ? imported : '*' });
        }
      }
    }
    this.bindings.push(bindings);
    this.wildcards.push(wildcards);
    this.imports.push(imports);
  }

  private resolve(path: string, from: string, isPython: boolean): number | null {
    const key = `${path.slice(0, path.lastIndexOf('/') + 1)} ${from}`;
    const known = this.resolved.get(key);
    if (known !== undefined) return known;
    const found = this.fileOf(path, from, isPython);
    this.resolved.set(key, found);
    return found;
  }

  private fileOf(path: string, from: string, isPython: boolean): number | null {
    const find = (candidate: string) => (this.numbers.has(candidate) ? candidate : null);
    const found = (isPython ? resolvePythonModule : resolveScriptImport)(path, from, find, this.rules);
    return found === null ? null : (this.numbers.get(found) ?? null);
  }

  /** The symbol that a file knows by this name at its top, through imports and re-exports. */
  private lookUp(file: number, name: string): number | null {
    const key = `${file} ${name}`;
    const known = this.lookedUp.get(key);
    if (known !== undefined) return known;
    const found = this.search(file, name, new Set());
    this.lookedUp.set(key, found);
    return found;
  }

  private search(file: number, name: string, seen: Set<string>): number | null {
    const own = this.topLevel[file]?.get(name);
    if (own !== undefined) return own;
    const key = `${file} ${name}`;
    if (seen.has(key) || seen.size >= MOST_STEPS) return null;
    seen.add(key);
    const binding = this.bindings[file]?.get(name);
    if (binding === null || binding?.name === '*') return null;
    if (binding !== undefined) return this.search(binding.file, binding.name, seen);
    for (const wildcard of this.wildcards[file] ?? []) {
      const found = this.search(wildcard, name, seen);
      if (found !== null) return found;
    }
    return null;
  }

  private linksOf({ uses }: IndexedText, file: number): readonly Link[] {
    return uses.flatMap((use) => {
      const meant = use.isMember ? this.membersMeant(use, file) : this.nameMeant(use, file);
      return meant.map((symbol) => ({ use, symbol, share: 1 / meant.length }));
    });
  }

  private nameMeant({ name }: Use, file: number): readonly number[] {
    const found = this.lookUp(file, name);
    return found === null ? [] : [found];
  }

  private membersMeant({ name, object }: Use, file: number): readonly number[] {
    const binding = object === null ? undefined : this.bindings[file]?.get(object);
    if (binding === null) return [];
    if (binding?.name === '*') {
      const found = this.lookUp(binding.file, name);
      return found === null ? [] : [found];
    }
    const candidates = this.members.get(name) ?? [];
    const own = object === 'this' || object === 'self' ? candidates.filter((c) => this.symbols[c]?.file === file) : [];
    if (own.length > 0) return own;
    return candidates.length <= MOST_CANDIDATES ? candidates : [];
  }
}

function submodule(from: string, name: string): string {
  return from.endsWith('.') ? from + name : `${from}.${name}`;
}
