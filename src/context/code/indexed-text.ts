import type { CodeFacts, Reference } from './code-facts.ts';
import type { LineRange } from './split-code.ts';

/** What is known of a text, whatever its path and whatever is around it. */
export interface IndexedText {
  readonly hash: string;
  readonly facts: CodeFacts;
  readonly lines: readonly string[];
  /** The lines that a definition begins in. */
  readonly starts: ReadonlySet<number>;
  /** The lines that hold nothing but a comment. */
  readonly comments: ReadonlySet<number>;
  /** By definition: the words that its name is made of, each once. */
  readonly names: readonly (readonly string[])[];
  readonly uses: readonly Use[];
  readonly pieces: readonly Piece[];
}

/** References that say the same, counted. */
export interface Use extends Omit<Reference, 'line'> {
  /** In the signature of the definition around it. */
  readonly inHead: boolean;
  readonly count: number;
}

/** A stretch of lines with its words, as numbers, and how often each is there. */
export interface Piece extends LineRange {
  readonly words: Uint32Array;
  readonly counts: Uint32Array;
  readonly length: number;
}

/** The uses that the references of a file come to, in the order of their first places. */
export function countUses({ definitions, references }: CodeFacts): readonly Use[] {
  const uses = new Map<string, Use & { count: number }>();
  for (const { name, line, isMember, object, within } of references) {
    const inHead = within !== null && line <= (definitions[within]?.headEnd ?? 0);
    const key = `${name} ${object ?? ''} ${within ?? ''} ${isMember ? 1 : 0}${inHead ? 1 : 0}`;
    const known = uses.get(key);
    if (known) known.count++;
    else uses.set(key, { name, isMember, object, within, inHead, count: 1 });
  }
  return [...uses.values()];
}
