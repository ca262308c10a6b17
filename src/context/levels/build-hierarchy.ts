import type { Room } from '../rank/fill-budget.ts';
import { type ContextPart, priorities, type PreparedContext } from './context-part.ts';
import { linkParts, type PartLinks } from './link-parts.ts';
import { ContextTooLargeError, prepareContext } from './prepare-context.ts';

export interface HierarchicalContext extends PreparedContext {
  /** All of it as a model is shown it: levels, parts, and references `[→ name]` and `[← name]` between them. */
  readonly text: string;
}

/** The rest of a budget is for the answer. */
const CONTEXT_SHARE = 0.8;

/**
 * A context in levels: what is CRITICAL, then HIGH, MEDIUM and LOW as far as there is room, its text never over 80 % of
 * the budget. References lead only to parts that are in, and in no circle. Of parts with one name the first counts.
 * Throws ContextTooLargeError when the critical part does not fit, cut as it may be. Same input, same bytes.
 */
export function buildHierarchy(offered: readonly ContextPart[], room: Room): HierarchicalContext {
  const parts = inLevels(offered);
  const countTokens = remembered(room.countTokens);
  const budget = Math.floor(room.budgetTokens * CONTEXT_SHARE);
  // What headings and references take is known only of the parts that are in: each time as much less is let in.
  let forParts = budget;
  for (;;) {
    const context = prepareContext(parts, forParts, countTokens);
    const text = render(context.parts);
    const tokens = countTokens(text);
    if (tokens <= budget) return { ...context, tokens, text };
    if (context.parts.length === 0) throw new ContextTooLargeError(tokens, budget);
    forParts = Math.min(forParts, context.tokens) - Math.max(1, Math.ceil((tokens - budget) / 2));
  }
}

function inLevels(offered: readonly ContextPart[]): readonly ContextPart[] {
  const byName = new Map([...offered].reverse().map((part) => [part.name, part]));
  const unique = offered.filter((part) => byName.get(part.name) === part);
  return priorities.flatMap((priority) => unique.filter((part) => part.priority === priority));
}

function render(parts: readonly ContextPart[]): string {
  const links = linkParts(parts);
  return priorities
    .flatMap((priority) => {
      const level = parts.filter((part) => part.priority === priority);
      return level.length === 0
        ? []
        : [`# ${priority}`, ...level.map((part) => renderPart(part, links.get(part.name)))];
    })
    .join('\n\n');
}

function renderPart({ name, text }: ContextPart, { to, from }: PartLinks = { to: [], from: [] }): string {
  const marks = [...to.map((other) => `[→ ${inLine(other)}]`), ...from.map((other) => `[← ${inLine(other)}]`)].join(
    ' ',
  );
  return [`## ${inLine(name)}`, text, marks].filter(Boolean).join('\n');
}

/** The name of a test may hold a line break. */
function inLine(name: string): string {
  return name.replace(/\s+/g, ' ').trim();
}

function remembered(countTokens: (text: string) => number): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const tokens = known.get(text) ?? countTokens(text);
    known.set(text, tokens);
    return tokens;
  };
}
