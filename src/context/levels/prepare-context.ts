import { AppError } from '../../kernel/errors.ts';
import { type ContextPart, priorities, type PreparedContext } from './context-part.ts';
import { cutCode } from './cut-code.ts';
import { cutText } from './cut-text.ts';

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

/** With less of it a part that is cut says nothing any more. */
const LEAST_TOKENS = 30;

interface SizedPart {
  readonly part: ContextPart;
  readonly tokens: number;
  readonly cut?: true;
}

/**
 * Chooses what a model gets to see: all CRITICAL parts, then the others by priority and in the order offered, each whole
 * or not at all, never over the budget. Where CRITICAL alone is too large, those of its parts that may be cut share what
 * the others leave; throws ContextTooLargeError when that does not do. Same input, same output.
 */
export function prepareContext(
  parts: readonly ContextPart[],
  budgetTokens: number,
  countTokens: (text: string) => number,
): PreparedContext {
  const sizeOf = (part: ContextPart): number => countTokens(`${part.name}\n${part.text}`);
  const offered = parts.map((part): SizedPart => ({ part, tokens: sizeOf(part) }));
  const critical = offered.filter(({ part }) => part.priority === 'CRITICAL');
  const included = new Map<ContextPart, SizedPart>();
  for (const shown of fitCritical(critical, budgetTokens, countTokens)) included.set(shown.from, shown);
  let tokens = sum([...included.values()]);
  for (const priority of priorities.slice(1)) {
    for (const sized of offered) {
      if (sized.part.priority !== priority || tokens + sized.tokens > budgetTokens) continue;
      included.set(sized.part, sized);
      tokens += sized.tokens;
    }
  }
  return {
    parts: parts.flatMap((part) => included.get(part)?.part ?? []),
    tokens,
    manifest: offered.map(({ part, tokens: whole }) => {
      const shown = included.get(part);
      const line = { part: part.name, tokens: shown?.tokens ?? whole, why: part.why, included: shown !== undefined };
      return shown?.cut ? { ...line, cut: true } : line;
    }),
  };
}

/** The critical parts as they are shown, each with the one it is made `from`. */
function fitCritical(
  critical: readonly SizedPart[],
  budgetTokens: number,
  countTokens: (text: string) => number,
): readonly (SizedPart & { readonly from: ContextPart })[] {
  const needed = sum(critical);
  if (critical.length === 0 || needed <= budgetTokens) return critical.map((sized) => ({ ...sized, from: sized.part }));
  const cuttable = critical.filter(({ part }) => part.cutAs !== undefined);
  const room = budgetTokens - sum(critical.filter(({ part }) => part.cutAs === undefined));
  if (cuttable.length === 0 || room < 0) throw new ContextTooLargeError(needed, budgetTokens);
  const shares = shareOut(cuttable, room);
  return critical.map((sized) => {
    const { part, tokens } = sized;
    const share = shares.get(part) ?? tokens;
    if (share >= tokens) return { ...sized, from: part };
    const shown = share < LEAST_TOKENS ? null : cutPart(part, share, countTokens);
    if (shown === null) throw new ContextTooLargeError(needed, budgetTokens);
    return { ...shown, cut: true, from: part };
  });
}

/** Small parts are left whole; the larger ones get the same of what remains. */
function shareOut(parts: readonly SizedPart[], room: number): ReadonlyMap<ContextPart, number> {
  const shares = new Map<ContextPart, number>();
  let left = room;
  [...parts]
    .sort((a, b) => a.tokens - b.tokens)
    .forEach(({ part, tokens }, index) => {
      const share = Math.min(tokens, Math.floor(left / (parts.length - index)));
      shares.set(part, share);
      left -= share;
    });
  return shares;
}

function cutPart(part: ContextPart, tokens: number, countTokens: (text: string) => number): SizedPart | null {
  const sizeOf = (text: string) => countTokens(`${part.name}\n${text}`);
  const { text } =
    part.cutAs === undefined || part.cutAs === 'text'
      ? cutText(part.text, tokens, sizeOf)
      : cutCode(part.text, part.cutAs, tokens, sizeOf);
  const size = sizeOf(text);
  return text === '' || size > tokens ? null : { part: { ...part, text }, tokens: size };
}

function sum(parts: readonly SizedPart[]): number {
  return parts.reduce((total, { tokens }) => total + tokens, 0);
}
