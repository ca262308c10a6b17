import type { CodeView } from './code-view.ts';

/** What being in the same folder is worth, beside a likeness of at most 1. */
const SAME_FOLDER = 0.1;

/**
 * How much every file is like the current one by what it uses: the cosine of the names, rare ones counting more. Tests
 * are like tests only. 0 for the current file itself.
 */
export function similarFiles({ code, current, isTest }: CodeView): Float64Array {
  const names = code.files.map(
    ({ links }) => new Set(links.map(({ symbol }) => code.symbols[symbol]?.definition.name ?? '')),
  );
  const using = new Map<string, number>();
  for (const used of names) for (const name of used) using.set(name, (using.get(name) ?? 0) + 1);
  const weight = (name: string) => Math.log(1 + names.length / (using.get(name) ?? 1)) ** 2;
  const length = (used: ReadonlySet<string>) => Math.sqrt(sum(used, weight)) || 1;
  const own = names[current] ?? new Set();
  const ownLength = length(own);
  const folder = folderOf(code.files[current]?.path ?? '');
  return Float64Array.from(names, (used, file) => {
    if (file === current || isTest[file] !== isTest[current]) return 0;
    const shared = sum(used, (name) => (own.has(name) ? weight(name) : 0));
    return shared / (ownLength * length(used)) + (folderOf(code.files[file]?.path ?? '') === folder ? SAME_FOLDER : 0);
  });
}

function sum(names: ReadonlySet<string>, weight: (name: string) => number): number {
  let total = 0;
  for (const name of names) total += weight(name);
  return total;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
