import type { z } from 'zod';
import type { Issue } from '../kernel/errors.ts';

const MOST_SHOWN = 80;

export interface ShowOptions {
  /** What stands in front of each path, such as `steps[2].params`. */
  readonly at?: string;
  /** Fields whose values are never repeated; all below them, too. */
  readonly secret?: readonly string[];
}

/** What a schema has against a value, one issue for each wrong field: its path, the value and what would be right. */
export function schemaIssues(
  found: readonly z.core.$ZodIssue[],
  value: unknown,
  { at = '', secret = [] }: ShowOptions = {},
): readonly Issue[] {
  return found.flatMap((issue) => {
    const path = pathOf(at, issue.path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: pathOf(path, [key]), message: 'is no field here: leave it out' }));
    }
    const given = valueAt(value, issue.path);
    if (given === undefined) return [{ path, message: `is missing: ${cureOf(issue)}` }];
    const shown = secret.includes(String(issue.path[0])) ? 'what is given' : shownValue(given);
    return [{ path, message: `${shown} does not fit: ${cureOf(issue)}` }];
  });
}

/** `steps`, [2, 'params', 'x-y'] → `steps[2].params.x-y` */
export function pathOf(at: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((whole, part) => {
    if (typeof part === 'number') return `${whole}[${part}]`;
    return whole === '' ? String(part) : `${whole}.${String(part)}`;
  }, at);
}

/** A value as a message may repeat it: JSON of at most 80 characters. */
export function shownValue(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'the list' : 'the object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

function cureOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `give ${article(issue.expected)}`;
    case 'invalid_value':
      return `give ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_big':
      return `give at most ${String(issue.maximum)}${unitOf(issue.origin)}`;
    case 'too_small':
      return `give at least ${String(issue.minimum)}${unitOf(issue.origin)}`;
    default:
      return issue.message;
  }
}

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' items', record: ' fields' };

function unitOf(origin: string): string {
  return units[origin] ?? '';
}

function article(expected: string): string {
  const noun = expected === 'record' ? 'object' : expected === 'array' ? 'list' : expected;
  return noun === 'int' ? 'a whole number' : `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((whole, part) => {
    if (typeof whole !== 'object' || whole === null || !Object.hasOwn(whole, part)) return undefined;
    return (whole as Readonly<Record<PropertyKey, unknown>>)[part];
  }, value);
}
