import { posix } from 'node:path';
import type { PlannedModule, SourceFile } from '../events/index.ts';
import { transitiveDependencies } from './module-graph.ts';

/**
 * Which test files show that a module works, by module path: a file belongs to the module it mentions, and of several
 * to the one that needs all the others, so that everything is there when it runs. One that mentions none, or modules
 * that are built side by side, runs with the whole suite only; where there is just one module, all belong to it.
 */
export function testsByModule(
  modules: readonly PlannedModule[],
  files: Iterable<SourceFile>,
): ReadonlyMap<string, readonly string[]> {
  const assigned = new Map<string, string[]>();
  for (const file of files) {
    if (file.role !== 'test') continue;
    const mentioned = modules.filter((module) => mentions(file, module.path));
    const owner = modules.length === 1 ? modules[0] : lastBuilt(modules, mentioned);
    if (!owner) continue;
    assigned.set(owner.path, [...(assigned.get(owner.path) ?? []), file.path]);
  }
  return assigned;
}

function lastBuilt(modules: readonly PlannedModule[], mentioned: readonly PlannedModule[]): PlannedModule | undefined {
  return mentioned.find((module) => {
    const needed = transitiveDependencies(modules, module.path);
    return mentioned.every((other) => other === module || needed.has(other.path));
  });
}

/** By the test's own name (`test_anagram.py`, `anagram.test.ts`) or by an import of the module. */
function mentions(test: SourceFile, modulePath: string): boolean {
  const testName = withoutExtension(posix.basename(test.path)).replace(/^test[_.-]|[_.-](test|spec)$/g, '');
  const isNamesake = testName === withoutExtension(posix.basename(modulePath));
  const imports = test.path.endsWith('.py') ? pythonImports(test) : scriptImports(test);
  return isNamesake || imports.some((name) => isImportOf(name, modulePath));
}

/** Paths that a JavaScript or TypeScript file imports from, as seen from the workspace. */
function scriptImports({ path, content }: SourceFile): readonly string[] {
  const statements = content.replace(/^\s*\/\/.*$/gm, '');
  const specifiers = statements.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"](\.[^'"]+)['"]/g);
  return [...specifiers].map(([, specifier = '']) => posix.join(posix.dirname(path), specifier));
}

/** Module names that a Python file imports, and what it imports from them, as paths without an extension. */
function pythonImports({ content }: SourceFile): readonly string[] {
  const from = [...content.matchAll(/^\s*from\s+\.*([\w.]*)\s+import\s+\(?([^)\n#]*)/gm)].flatMap(
    ([, base = '', names = '']) => [base, ...namesIn(names).map((name) => (base ? `${base}.${name}` : name))],
  );
  const plain = [...content.matchAll(/^\s*import\s+([^\n#]+)/gm)].flatMap(([, names = '']) => namesIn(names));
  return [...from, ...plain].filter(Boolean).map((name) => name.replaceAll('.', '/'));
}

function namesIn(list: string): readonly string[] {
  return list.split(',').map((name) => name.trim().split(/\s+as\s+/)[0] ?? '');
}

/** The whole path, with or without its extension; a Python name may also leave out the directories in front. */
function isImportOf(name: string, modulePath: string): boolean {
  const path = withoutExtension(modulePath);
  if (name === modulePath || name === path) return true;
  return modulePath.endsWith('.py') && path.endsWith(`/${name}`);
}

function withoutExtension(path: string): string {
  return path.replace(/\.[^./]+$/, '');
}

/**
 * Where the tests that a model writes for a module stand: beside it, or where the caller's project has its tests, under
 * the name that runners look for, and with a number where a file has that name already.
 */
export function testPathOf(modulePath: string, given: readonly Pick<SourceFile, 'path' | 'role'>[] = []): string {
  const { name, ext } = posix.parse(modulePath);
  const dir = testDirectoryOf(modulePath, given);
  const taken = new Set(given.map(({ path }) => path));
  for (let number = 1; ; number++) {
    const stem = number === 1 ? name : `${name}${ext === '.py' ? '_' : '-'}${number}`;
    const path = posix.join(dir, ext === '.py' ? `test_${stem}${ext}` : `${stem}.test${ext}`);
    if (!taken.has(path)) return path;
  }
}

/** Beside the module, unless the project keeps its tests in a directory for tests and none beside the module. */
function testDirectoryOf(modulePath: string, given: readonly Pick<SourceFile, 'path' | 'role'>[]): string {
  const beside = posix.dirname(modulePath);
  const counts = new Map<string, number>();
  for (const { path, role } of given) {
    const directory = posix.dirname(path);
    if (role === 'regression') counts.set(directory, (counts.get(directory) ?? 0) + 1);
  }
  const usual = [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? beside;
  return counts.has(beside) || !/(^|\/)(tests?|specs?|__tests__)(\/|$)/.test(usual) ? beside : usual;
}
