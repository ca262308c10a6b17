import type { Issue } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const MAX_DEPTH = 500;

/**
 * What keeps `value` from being plain JSON, or null when nothing does: functions, symbols, BigInt, NaN and infinities,
 * undefined inside arrays, cycles, class instances, getters, `__proto__` keys, more than 500 levels. Properties that
 * are undefined are allowed, as JSON drops them. No code of the value runs: neither getters nor toJSON.
 */
export function plainJsonIssue(value: unknown, path = 'data'): Issue | null {
  return inspect(value, path, [], false);
}

function inspect(value: unknown, path: string, parents: object[], inArray: boolean): Issue | null {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return null;
    case 'number':
      return Number.isFinite(value) ? null : { path, message: `${value} is not a JSON number` };
    case 'undefined':
      return inArray ? { path, message: 'undefined inside an array is not JSON: use null' } : null;
    case 'object':
      return value === null ? null : inspectObject(value, path, parents);
    case 'function':
    case 'symbol':
    case 'bigint':
      return { path, message: `a ${typeof value} is not JSON` };
  }
}

function inspectObject(value: object, path: string, parents: object[]): Issue | null {
  if (parents.length >= MAX_DEPTH) return { path, message: `is nested deeper than ${MAX_DEPTH} levels` };
  if (parents.includes(value)) return { path, message: 'refers back to itself: JSON has no cycles' };
  const isArray = Array.isArray(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!isArray && prototype !== null && prototype !== Object.prototype) {
    return { path, message: 'is a class instance: give a plain object' };
  }
  if (isArray && prototype !== Array.prototype) return { path, message: 'is a subclass of Array: give a plain array' };
  parents.push(value);
  try {
    if (isArray) return inspectItems(value, path, parents);
    for (const key of Object.keys(value)) {
      const issue = inspectProperty(value, key, `${path}.${key}`, parents, false);
      if (issue) return issue;
    }
    return null;
  } finally {
    parents.pop();
  }
}

function inspectItems(items: readonly unknown[], path: string, parents: object[]): Issue | null {
  for (let index = 0; index < items.length; index++) {
    const issue = inspectProperty(items, String(index), `${path}[${index}]`, parents, true);
    if (issue) return issue;
  }
  return null;
}

function inspectProperty(owner: object, key: string, path: string, parents: object[], inArray: boolean): Issue | null {
  if (key === '__proto__') return { path, message: 'the key __proto__ is not allowed' };
  const property = Object.getOwnPropertyDescriptor(owner, key);
  if (property && !('value' in property)) return { path, message: 'is a getter: give its value' };
  return inspect(property?.value, path, parents, inArray);
}

/** Freezes plain JSON in depth and answers it: from then on an attempt to change any part of it throws. */
export function deepFreeze<T>(value: T): T {
  freezeParts(value, null);
  return value;
}

/** `passed`: the frozen values already gone through, known only once there is one; fresh JSON has none. */
function freezeParts(value: unknown, passed: Set<object> | null): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.isFrozen(value)) {
    if (passed?.has(value)) return;
    passed ??= new Set();
    passed.add(value);
  } else Object.freeze(value);
  for (const key of Object.keys(value)) freezeParts((value as Record<string, unknown>)[key], passed);
}
