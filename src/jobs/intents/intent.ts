import type { Json } from '../../kernel/json.ts';
import type { ToDo } from '../graph/to-do.ts';
import type { Pattern } from './pattern.ts';
import type { SlotType } from './slot-types.ts';

/** A value that an intent needs from a request. */
export interface Slot {
  readonly name: string;
  readonly type: SlotType;
  readonly description: string;
  /** What it is where the request does not say; absent: the request has to say it. */
  readonly default?: Json;
}

/** Where the steps of an intent come from: written down, worked out of an expression, or made by a model. */
export type PlanSource =
  | { readonly kind: 'steps'; readonly steps: readonly ToDo[] }
  | { readonly kind: 'calculator' }
  | { readonly kind: 'model' };

/** What a request can mean, how it is said, and what is done for it. */
export interface Intent {
  readonly name: string;
  readonly description: string;
  readonly patterns: readonly Pattern[];
  /** Requests that have this intent, shown to a model. */
  readonly examples: readonly string[];
  readonly slots: readonly Slot[];
  readonly plan: PlanSource;
}

/** What was made out of a request. */
export interface RoutedIntent {
  /** The name of an intent, or UNKNOWN_INTENT. */
  readonly intent: string;
  readonly slots: Readonly<Record<string, Json>>;
  /** Who found it: a model, or the patterns. */
  readonly by: 'model' | 'rules';
  /** As the model said, 0 to 1; of patterns 1, or 0 where none fits. */
  readonly confidence: number;
}
