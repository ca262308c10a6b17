import type { Issue } from '../kernel/errors.ts';

const MAX_DEPTH = 64;
/** class-transformer takes a `constructor` key for the class of the object, and `__proto__` for its prototype. */
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

/**
 * What makes a parsed JSON body dangerous to whoever walks it, or null: no object, more than 64 levels, keys that reach
 * for prototypes. Walks level by level, so that its own stack never grows with the input.
 */
export function bodyIssue(body: unknown): Issue | null {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { path: '', message: 'the body is no JSON object: send one' };
  }
  let level: object[] = [body];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return { path: '', message: `the body is nested deeper than ${MAX_DEPTH} levels` };
    const next: object[] = [];
    for (const parent of level) {
      for (const [key, value] of Object.entries(parent)) {
        if (forbiddenKeys.has(key)) return { path: '', message: `the key ${key} is not allowed in a body` };
        if (typeof value === 'object' && value !== null) next.push(value as object);
      }
    }
    level = next;
  }
  return null;
}
