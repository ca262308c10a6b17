import type { CodeOutline } from '../outline/code-outline.ts';

/** CRITICAL is always in; the others as far as there is room, best first. */
export type PartPriority = 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW';

export const priorities: readonly PartPriority[] = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

/** Where in a prompt a part stands, in this order. */
export type ContextLayer = 'system' | 'state' | 'history' | 'event';

/** Something a model could be told. */
export interface ContextPart {
  /** Unique within a prompt: `failure`, `dependency src/a.ts`. */
  readonly name: string;
  readonly text: string;
  readonly priority: PartPriority;
  /** Why it is worth its tokens, for people. */
  readonly why: string;
  /** Names of parts that it speaks of, whether they are in or not. */
  readonly references?: readonly string[];
  /**
   * How it may be cut when all that is CRITICAL does not fit: as text, after paragraphs and lines, or as the code that
   * this is the outline of, at its definitions. Absent: it is in whole or not at all.
   */
  readonly cutAs?: 'text' | CodeOutline;
}

export interface ManifestLine {
  readonly part: string;
  /** As it is in; of one that is left out, as it was offered. */
  readonly tokens: number;
  readonly why: string;
  readonly included: boolean;
  /** It is in, and not all of it; absent otherwise. */
  readonly cut?: true;
}

export interface PreparedContext {
  /** What goes in, in the order it was offered; a text that was cut says so at the place. */
  readonly parts: readonly ContextPart[];
  readonly tokens: number;
  /** Every part that was offered, with its tokens, and whether it is in. */
  readonly manifest: readonly ManifestLine[];
}
