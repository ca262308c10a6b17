/**
 * What can be learned: an error with its fix, a decision of a plan, a module that was built and passed its tests, and
 * what somebody wants to be remembered.
 */
export const knowledgeKinds = ['fix', 'decision', 'pattern', 'memory'] as const;

export type KnowledgeKind = (typeof knowledgeKinds)[number];

export const MAX_TITLE_CHARACTERS = 200;
export const MAX_TEXT_CHARACTERS = 4000;

/** Something that a task has taught. */
export interface Lesson {
  /** The kind and a hash of the content: what several tasks teach is one entry, and is forgotten for good. */
  readonly id: string;
  readonly kind: KnowledgeKind;
  /** One line, at most MAX_TITLE_CHARACTERS. */
  readonly title: string;
  /** At most MAX_TEXT_CHARACTERS. */
  readonly text: string;
  /** The first that taught it. */
  readonly taskId: string;
  /** Path of the module it is about; null: the whole task. */
  readonly module: string | null;
  readonly language: string;
  /** The event in the log that has all of it. */
  readonly eventId: string;
}

/** A lesson as it is kept. */
export interface KnowledgeEntry extends Lesson {
  /** Grows with every new entry: what a list is paged by. */
  readonly position: number;
  /** Who put it right last; null: nobody. */
  readonly correctedBy: string | null;
}
