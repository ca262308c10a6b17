/** What a file consists of, as far as its text alone tells: read from its syntax tree, or by line where there is none. */
export interface CodeOutline {
  /** `text`: the language has no parser here, or the code was beyond what a parser may spend on it. */
  readonly source: 'syntaxTree' | 'text';
  /** What the head of the file says about it, in one paragraph. */
  readonly doc: string | null;
  readonly imports: readonly OutlinedImport[];
  readonly types: readonly OutlinedType[];
  /** Functions and methods; what is nested in a function is part of it. */
  readonly functions: readonly OutlinedFunction[];
  /** Names that other files may import. */
  readonly exports: readonly string[];
  readonly lines: number;
  readonly hasSyntaxErrors: boolean;
  /** There is more than what is kept: of the code only its beginning was read, or more was declared than is listed. */
  readonly cut: boolean;
}

export interface OutlinedImport {
  /** As written: `node:fs`, `./split.ts`, `os.path`. */
  readonly from: string;
  readonly names: readonly string[];
}

export interface OutlinedType {
  /** class, interface, type, enum, or what else the language calls it. */
  readonly kind: string;
  readonly name: string;
  /** Its head on one line, without its body. */
  readonly signature: string;
  readonly doc: string | null;
  readonly exported: boolean;
  /** From 1, the last one included. */
  readonly firstLine: number;
  readonly lastLine: number;
}

export interface OutlinedFunction {
  /** A method has its class in front: `Counter.add`. */
  readonly name: string;
  /** Its head on one line, without its body. */
  readonly signature: string;
  /** As written, without the parentheses. */
  readonly parameters: string;
  /** The declared type of its result. */
  readonly returns: string | null;
  /** Whether a `return` of it gives a value. */
  readonly givesValue: boolean;
  readonly doc: string | null;
  readonly exported: boolean;
  readonly firstLine: number;
  readonly lastLine: number;
  /** What it calls, as written: `split`, `this.total`, `fs.readFile`. */
  readonly calls: readonly string[];
  readonly throws: readonly string[];
  /** Signs of effects outside itself: `writes files`, `changes its argument list`. None found is no proof of none. */
  readonly sideEffects: readonly string[];
}

/** A limit for everything that hostile code could make long. */
export const outlineLimits = {
  characters: 500_000,
  nesting: 5000,
  nodes: 1_000_000,
  functions: 2000,
  types: 1000,
  imports: 500,
  names: 200,
  signatureCharacters: 240,
  docCharacters: 400,
} as const;
