import { posix } from 'node:path';

const scriptEndings = ['', '.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs', '.cjs', '/index.ts', '/index.js'];
const pythonEndings = ['.py', '/__init__.py'];

/** Which of the known files an import means, or null when it is none of them: a library, or not written yet. */
export function resolveImport(from: string, importer: string, known: ReadonlySet<string>): string | null {
  const candidates = importer.endsWith('.py') ? pythonCandidates(from, importer) : scriptCandidates(from, importer);
  return candidates.find((path) => known.has(path)) ?? null;
}

/** The package of an import that is no file: `@scope/name/part` is @scope/name. Null for a relative one. */
export function libraryOf(from: string): string | null {
  if (from === '' || from.startsWith('.') || from.startsWith('/')) return null;
  const [first = '', second] = from.split('/');
  return first.startsWith('@') && second !== undefined ? `${first}/${second}` : first;
}

function scriptCandidates(from: string, importer: string): readonly string[] {
  if (!from.startsWith('.')) return [];
  const path = posix.join(posix.dirname(importer), from);
  // TypeScript may name what the file becomes: `./split.js` for split.ts.
  const source = path.replace(/\.([mc]?)js(x?)$/, '.$1ts$2');
  return [...scriptEndings.map((ending) => path + ending), source];
}

/** Relative to the importer's package, or to any directory above it. */
function pythonCandidates(from: string, importer: string): readonly string[] {
  const dots = /^\.*/.exec(from)?.[0].length ?? 0;
  const name = from.slice(dots).replaceAll('.', '/');
  let directory = posix.dirname(importer);
  for (let up = 1; up < dots; up++) directory = posix.dirname(directory);
  const directories = dots > 0 ? [directory] : upwards(directory);
  return directories.flatMap((base) => pythonEndings.map((ending) => posix.join(base, name + ending)));
}

function upwards(directory: string): readonly string[] {
  const all = [directory];
  for (let above = directory; above !== '.' && above !== '/' && all.length < 50;) {
    above = posix.dirname(above);
    all.push(above);
  }
  return all;
}
