/** Something that a past task has taught. */
export interface Knowledge {
  readonly id: string;
  /** An error with its fix, a decision of a plan, a module that was built, or what was to be remembered. */
  readonly kind: 'fix' | 'decision' | 'pattern' | 'memory';
  /** One line. */
  readonly title: string;
  readonly text: string;
  readonly taskId: string;
  /** Null: it is about the whole task. */
  readonly module: string | null;
  readonly language: string;
  /** The event in the log that it comes from. */
  readonly eventId: string;
  /** Grows with every new entry. */
  readonly position: number;
  /** Who put it right last; null: nobody. */
  readonly correctedBy: string | null;
}

export interface KnowledgePage {
  /** With a query the best first, else the newest; `foundBy` is empty without one. */
  readonly entries: readonly (Knowledge & { readonly foundBy: readonly ('words' | 'meaning')[] })[];
  readonly nextBefore: number | null;
}
