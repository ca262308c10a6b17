import type { Json } from '../../kernel/json.ts';
import { UnsafeSlotError } from '../jobs.errors.ts';

const PLACEHOLDER = /\{\{\s*slots\.([a-z][a-z0-9_]*)\s*\}\}/g;
/** What would be read as a reference to the result of a step. */
const REFERENCE = /\{\{\s*steps\./;

/** The names of the slots that a template needs. */
export function slotsIn(template: Json): ReadonlySet<string> {
  return new Set([...JSON.stringify(template).matchAll(PLACEHOLDER)].map(([, name = '']) => name));
}

/**
 * The template with values in place of `{{slots.<name>}}`. A text that is one placeholder and nothing else becomes the
 * value with its type; elsewhere it is written into the text. Values are not read again, and nothing is evaluated.
 * Throws UnsafeSlotError for a value that would become a reference to a step.
 */
export function fillSlots(template: Json, slots: Readonly<Record<string, Json>>): Json {
  if (typeof template === 'string') return fillText(template, slots);
  if (Array.isArray(template)) return (template as readonly Json[]).map((part) => fillSlots(part, slots));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, part]) => [key, fillSlots(part, slots)]));
}

function fillText(text: string, slots: Readonly<Record<string, Json>>): Json {
  const valueOf = (name: string): Json => {
    const value = Object.hasOwn(slots, name) ? (slots[name] ?? null) : null;
    if (REFERENCE.test(JSON.stringify(value))) throw new UnsafeSlotError(name);
    return value;
  };
  const [only] = text.matchAll(PLACEHOLDER);
  if (only?.[1] !== undefined && only[0] === text.trim()) return valueOf(only[1]);
  return text.replace(PLACEHOLDER, (_whole, name: string) => {
    const value = valueOf(name);
    if (value === null) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
