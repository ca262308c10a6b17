import { posix } from 'node:path';

/** What imports mean in a project beyond their files' places. */
export interface ImportRules {
  /** What a prefix of an import stands for, as in a tsconfig's paths without their stars: `['@app/', 'src/']`. */
  readonly aliases?: readonly (readonly [prefix: string, path: string])[];
  /** Folders that Python packages are found in: `['', 'src/']`. Default: the root alone. */
  readonly pythonRoots?: readonly string[];
}

/** A file's path when there is such a file, else null. */
type Find = (path: string) => string | null;

const SCRIPT_ENDINGS = ['', '.ts', '.tsx', '.d.ts', '.js', '.jsx', '.mjs', '.cjs', '.mts', '.cts'];
const INDEX_ENDINGS = ['/index.ts', '/index.tsx', '/index.js', '/index.jsx', '/index.mjs'];

/** The file that a script's import names, among those for which `find` answers; null for a package of others. */
export function resolveScriptImport(file: string, from: string, find: Find, rules: ImportRules): string | null {
  const path = from.startsWith('.') ? posix.join(posix.dirname(file), from) : aliased(from, rules.aliases ?? []);
  if (path === null) return null;
  // `./split.js` is written where `./split.ts` is meant.
  const bare = path.replace(/\.([mc]?)jsx?$/, '.$1ts');
  const tried = [...SCRIPT_ENDINGS.map((ending) => path + ending), bare, `${bare}x`];
  for (const candidate of [...tried, ...INDEX_ENDINGS.map((ending) => path + ending)]) {
    const found = find(candidate);
    if (found !== null) return found;
  }
  return null;
}

/** The file of a Python module, dots in front counting from the importing file's package. */
export function resolvePythonModule(file: string, module: string, find: Find, rules: ImportRules): string | null {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const path = module.slice(dots).replaceAll('.', '/');
  const roots =
    dots === 0 ? (rules.pythonRoots ?? ['']) : [`${posix.join(posix.dirname(file), '../'.repeat(dots - 1))}/`];
  for (const root of roots) {
    const base = posix.join(root, path).replace(/\/$/, '');
    const found = find(`${base}.py`) ?? find(`${base}/__init__.py`) ?? find(`${base}.pyi`);
    if (found !== null) return found;
  }
  return null;
}

function aliased(from: string, aliases: readonly (readonly [string, string])[]): string | null {
  const alias = aliases.find(([prefix]) => from.startsWith(prefix));
  return alias === undefined ? null : posix.normalize(alias[1] + from.slice(alias[0].length));
}
