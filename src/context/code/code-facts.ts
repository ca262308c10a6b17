/** What one file defines, names and imports, by place. Lines count from 1 and include the last one. */
export interface CodeFacts {
  /** `text`: there is no parser for the language, or the code was beyond what it may spend; then only definitions. */
  readonly source: 'syntaxTree' | 'text';
  /** What stands inside a function is part of that function. An owner comes before what it owns. */
  readonly definitions: readonly Definition[];
  readonly references: readonly Reference[];
  readonly imports: readonly CodeImport[];
  /** Names under which other files know something of this one, where they differ: `default`, `export { a as b }`. */
  readonly exports: readonly ImportedName[];
}

export type DefinitionKind = 'function' | 'method' | 'class' | 'type' | 'field' | 'value';

export interface Definition {
  readonly name: string;
  readonly kind: DefinitionKind;
  /** The class or type around it, as an index into the definitions. */
  readonly owner: number | null;
  readonly firstLine: number;
  /** The last line of its signature: of a type the first lines of its members, of a value how it begins. */
  readonly headEnd: number;
  readonly lastLine: number;
}

/** A name that is used. The same use may be there several times, once a place. */
export interface Reference {
  readonly name: string;
  readonly line: number;
  /** Stands behind a dot. */
  readonly isMember: boolean;
  /** The name directly before the dot: `fs` in `fs.stat`. */
  readonly object: string | null;
  /** The innermost definition around it, as an index into the definitions. */
  readonly within: number | null;
}

export interface CodeImport {
  /** As written: `./split.ts`, `@app/log`, `..models`. */
  readonly from: string;
  /** `*` is everything: bound to a local name, or, where that is `*` too, each under its own name. */
  readonly names: readonly ImportedName[];
  readonly firstLine: number;
  readonly lastLine: number;
}

export interface ImportedName {
  /** Its name where it comes from. */
  readonly imported: string;
  readonly local: string;
}

/** A limit for everything that hostile code could make long. */
export const factLimits = {
  characters: 500_000,
  nodes: 1_000_000,
  definitions: 5000,
  references: 50_000,
  imports: 1000,
  names: 500,
  nameCharacters: 120,
  /** No signature is longer. */
  headLines: 24,
  typeHeadLines: 12,
  fieldHeadLines: 8,
} as const;
