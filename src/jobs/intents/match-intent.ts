import type { Json } from '../../kernel/json.ts';
import { UNKNOWN_INTENT } from '../../llm/index.ts';
import type { Intent, RoutedIntent } from './intent.ts';
import { matchPattern, type PatternMatch } from './match-pattern.ts';
import { requestWords } from './request-words.ts';

/**
 * The intent whose pattern fits the whole request, in any case. Where several fit, that with most words of its own;
 * of equals the first in the file. Pure: the same request is always the same intent.
 */
export function matchIntent(intents: readonly Intent[], request: string): RoutedIntent {
  const words = requestWords(request);
  let best: { readonly intent: Intent; readonly match: PatternMatch } | null = null;
  for (const intent of intents) {
    for (const pattern of words.length > 0 ? intent.patterns : []) {
      const match = matchPattern(pattern, request, words);
      if (match && match.words > (best?.match.words ?? -1)) best = { intent, match };
    }
  }
  if (!best) return { intent: UNKNOWN_INTENT, slots: {}, by: 'rules', confidence: 0 };
  return {
    intent: best.intent.name,
    slots: withDefaults(best.intent, best.match.slots),
    by: 'rules',
    confidence: 1,
  };
}

/** The values with the defaults of those that are missing. */
export function withDefaults(intent: Intent, given: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  const values: Record<string, Json> = {};
  for (const { name, default: fallback } of intent.slots) if (fallback !== undefined) values[name] = fallback;
  return { ...values, ...given };
}
