import type { ContextPart } from './context-part.ts';

/** What one part is linked with, by name, in the order of the parts. */
export interface PartLinks {
  readonly to: readonly string[];
  readonly from: readonly string[];
}

/** More of them say less than they take. */
const MAX_LINKS = 12;

/**
 * The references between parts, each at both of its ends; those to a part that is not among them, or to itself, are left
 * out, and of a circle the reference that closes it: who follows references forward never comes back.
 */
export function linkParts(parts: readonly ContextPart[]): ReadonlyMap<string, PartLinks> {
  const byName = new Map(parts.map((part) => [part.name, part]));
  const links = new Map(parts.map(({ name }) => [name, { to: [] as string[], from: [] as string[] }]));
  for (const [from, to] of openReferences(byName)) {
    const [source, target] = [links.get(from), links.get(to)];
    if (source && source.to.length < MAX_LINKS) source.to.push(to);
    if (target && target.from.length < MAX_LINKS) target.from.push(from);
  }
  return links;
}

/** Depth first, in the order given; a reference back to where the way came from closes a circle. */
function openReferences(parts: ReadonlyMap<string, ContextPart>): readonly (readonly [string, string])[] {
  const open: (readonly [string, string])[] = [];
  const done = new Set<string>();
  for (const start of parts.keys()) {
    // A way of its own instead of calls: it may be as long as there are parts.
    const way = done.has(start) ? [] : [{ name: start, left: referencesOf(parts, start) }];
    const onWay = new Set(way.map(({ name }) => name));
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const next = step.left.shift();
      if (next === undefined) {
        done.add(step.name);
        onWay.delete(step.name);
        way.pop();
      } else if (!onWay.has(next)) {
        open.push([step.name, next]);
        if (done.has(next)) continue;
        onWay.add(next);
        way.push({ name: next, left: referencesOf(parts, next) });
      }
    }
  }
  return open;
}

function referencesOf(parts: ReadonlyMap<string, ContextPart>, name: string): string[] {
  return [...new Set(parts.get(name)?.references)].filter((other) => parts.has(other));
}
