/** `contract`: how something is called and what it gives. `remark`: what was said in prose. */
export type FactKind = 'requirement' | 'contract' | 'decision' | 'configuration' | 'error' | 'remark';

/** One thing that holds until something newer is said under the same key. */
export interface Fact {
  /** What it is about, to the point: `contract src/a.ts#split`. Of two facts with one key only the newer holds. */
  readonly key: string;
  readonly kind: FactKind;
  /** As a model is shown it. */
  readonly text: string;
  /** The symbol that it belongs to: a function, a module, a topic, or PROJECT. */
  readonly owner: string;
  /** Of the event that said so. */
  readonly sequence: number;
}

/** The owner of what holds everywhere. */
export const PROJECT = '';

/**
 * How two symbols belong together. `about`: a module deals with a topic; `names`: a text about one speaks of the other.
 * What one module needs of another without saying which part is `imports`.
 */
export type RelationKind = 'calls' | 'imports' | 'contains' | 'testedBy' | 'about' | 'names';

export interface Relation {
  readonly from: string;
  readonly to: string;
  readonly kind: RelationKind;
}

/**
 * All that one event says on one subject. A newer statement on the subject takes the place of the older one as a whole:
 * what the new code of a module no longer declares is gone.
 */
export interface Statement {
  readonly subject: string;
  readonly sequence: number;
  readonly facts: readonly Fact[];
  readonly relations: readonly Relation[];
}

/** What is known at one moment. */
export interface Knowledge {
  /** At most one for a key, oldest first. */
  readonly facts: readonly Fact[];
  readonly relations: readonly Relation[];
}
