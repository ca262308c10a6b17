import { posix } from 'node:path';
import { resolvePythonModule, resolveScriptImport } from '../code/resolve-import.ts';

/** Which of the known files an import means, or null when it is none of them: a library, or not written yet. */
export function resolveImport(from: string, importer: string, known: ReadonlySet<string>): string | null {
  const find = (path: string) => (known.has(path) ? path : null);
  return importer.endsWith('.py')
    ? resolvePythonModule(importer, from, find, { pythonRoots: upwards(posix.dirname(importer)) })
    : resolveScriptImport(importer, from, find, {});
}

/** The package of an import that is no file: `@scope/name/part` is @scope/name. Null for a relative one. */
export function libraryOf(from: string): string | null {
  if (from === '' || from.startsWith('.') || from.startsWith('/')) return null;
  const [first = '', second] = from.split('/');
  return first.startsWith('@') && second !== undefined ? `${first}/${second}` : first;
}

/** Python packages may begin in the importer's folder or in any above it. */
function upwards(directory: string): readonly string[] {
  const all = [directory];
  for (let above = directory; above !== '.' && above !== '/' && all.length < 50;) {
    above = posix.dirname(above);
    all.push(above);
  }
  return all;
}
