/**
 * A model's list of names without what the code does not hold: a small model likes to add what usually stands in such
 * code. `count(text)` counts as `count`, `Counter.add` as `add`. Each name once.
 */
export function statedNames(names: readonly string[], code: string): readonly string[] {
  const kept = new Set<string>();
  for (const given of names) {
    const name = given.trim().replace(/\s*\([\s\S]*$/, '');
    const last = name.split(/[.#]|::/).at(-1) || name;
    if (name !== '' && (code.includes(name) || (/^[\w$]+$/.test(last) && code.includes(last)))) kept.add(name);
  }
  return [...kept];
}
