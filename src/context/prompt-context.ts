import { AppError } from '../kernel/errors.ts';

/** CRITICAL is always in; the others as far as there is room, best first. */
export type PartPriority = 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW';

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
}

export interface ManifestLine {
  readonly part: string;
  readonly tokens: number;
  readonly why: string;
  readonly included: boolean;
}

export interface PreparedContext {
  /** What goes in, in the order it was offered. */
  readonly parts: readonly ContextPart[];
  readonly tokens: number;
  /** Every part that was offered, with its tokens, and whether it is in. */
  readonly manifest: readonly ManifestLine[];
}

export class ContextTooLargeError extends AppError {
  readonly code = 'CONTEXT_TOO_LARGE';
  readonly kind = 'limit';

  constructor(neededTokens: number, budgetTokens: number) {
    super(
      `What the model must know takes about ${neededTokens} tokens and ${budgetTokens} fit: make the module smaller, or use a model with a larger context (LLM_CONTEXT_TOKENS).`,
      { neededTokens, budgetTokens },
    );
  }
}

const order: readonly PartPriority[] = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

/**
 * Chooses what a model gets to see: all CRITICAL parts, then the others by priority and in the order offered, each whole
 * or not at all, never over the budget. Same input, same output. Throws ContextTooLargeError when CRITICAL does not fit.
 */
export function prepareContext(
  parts: readonly ContextPart[],
  budgetTokens: number,
  countTokens: (text: string) => number,
): PreparedContext {
  const sized = parts.map((part) => ({ part, tokens: countTokens(`${part.name}\n${part.text}`) }));
  const included = new Set<ContextPart>();
  let tokens = 0;
  for (const priority of order) {
    for (const { part, tokens: size } of sized) {
      if (part.priority !== priority) continue;
      if (priority !== 'CRITICAL' && tokens + size > budgetTokens) continue;
      included.add(part);
      tokens += size;
    }
    if (tokens > budgetTokens) throw new ContextTooLargeError(tokens, budgetTokens);
  }
  return {
    parts: parts.filter((part) => included.has(part)),
    tokens,
    manifest: sized.map(({ part, tokens: size }) => ({
      part: part.name,
      tokens: size,
      why: part.why,
      included: included.has(part),
    })),
  };
}
