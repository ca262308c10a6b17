import type { Json } from '../../kernel/json.ts';
import { textOf, urlPart } from '../graph/references.ts';
import { UnsafeSlotError } from '../jobs.errors.ts';

const PLACEHOLDER = /\{\{\s*slots\.([a-z][a-z0-9_]*)\s*(\|\s*url\s*)?\}\}/g;
/** What would be read as a reference to the result of a step. */
const REFERENCE = /\{\{\s*steps\./g;

/** The names of the slots that a template needs. */
export function slotsIn(template: Json): ReadonlySet<string> {
  return new Set([...JSON.stringify(template).matchAll(PLACEHOLDER)].map(([, name = '']) => name));
}

/**
 * The template with values in place of `{{slots.<name>}}`. A text that is one placeholder and nothing else becomes the
 * value with its type; elsewhere it is written into the text, with `| url` as a part of an address. Values are not read
 * again, and nothing is evaluated.
 * Throws UnsafeSlotError for a value that would become a reference to a step.
 */
export function fillSlots(template: Json, slots: Readonly<Record<string, Json>>): Json {
  if (typeof template === 'string') return fillText(template, slots);
  if (Array.isArray(template)) return (template as readonly Json[]).map((part) => fillSlots(part, slots));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, part]) => [key, fillSlots(part, slots)]));
}

function fillText(text: string, slots: Readonly<Record<string, Json>>): Json {
  const valueOf = (name: string): Json => (Object.hasOwn(slots, name) ? (slots[name] ?? null) : null);
  const [only] = text.matchAll(PLACEHOLDER);
  const filled =
    only?.[1] !== undefined && only[2] === undefined && only[0] === text.trim()
      ? valueOf(only[1])
      : text.replace(PLACEHOLDER, (_whole, name: string, url?: string) => {
          const value = valueOf(name);
          const written = value === null ? '' : textOf(value);
          return url === undefined ? written : urlPart(written);
        });
  // Also what only two values together make.
  if (typeof filled === 'string' && referencesIn(filled) > referencesIn(text)) {
    throw new UnsafeSlotError([...slotsIn(text)].join(', '));
  }
  return filled;
}

function referencesIn(text: string): number {
  return text.match(REFERENCE)?.length ?? 0;
}
