import { posix } from 'node:path';
import type { PlannedModule, SourceFile } from '../events/index.ts';
import { transitiveDependencies } from './module-graph.ts';

/**
 * Which test files show that a module works, by module path: a file belongs to the last module, in the order they are
 * built, that it mentions, so that everything it needs is there when it runs. One that mentions none runs with the
 * whole suite only, or with the module when there is just one.
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

/** Of the modules a test mentions, one that no other of them needs. */
function lastBuilt(modules: readonly PlannedModule[], mentioned: readonly PlannedModule[]): PlannedModule | undefined {
  const needed = new Set(mentioned.flatMap((module) => [...transitiveDependencies(modules, module.path)]));
  const last = mentioned.filter((module) => !needed.has(module.path));
  return (last.length > 0 ? last : mentioned).at(-1);
}

/** By the test's own name (`test_anagram.py`, `anagram.test.ts`) or by an import of the module. */
function mentions(test: SourceFile, modulePath: string): boolean {
  const stem = posix.basename(modulePath).replace(/\.[^.]+$/, '');
  const testStem = posix.basename(test.path).replace(/\.[^.]+$/, '');
  if (testStem.replace(/^test[_.-]|[_.-](test|spec)$/g, '') === stem) return true;
  const name = stem.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const imported = new RegExp(
    [
      String.raw`(?:from|import|require\()\s*\(?\s*['"][^'"]*(?:/|^)?\b${name}(?:\.[cm]?[jt]sx?)?['"]`,
      String.raw`^\s*(?:from|import)\s+[\w., ]*\b${name}\b`,
    ].join('|'),
    'm',
  );
  return imported.test(test.content);
}

/** Where the tests that a model writes for a module stand: beside it, under the name its runner looks for. */
export function testPathOf(modulePath: string): string {
  const { dir, name, ext } = posix.parse(modulePath);
  return posix.join(dir, ext === '.py' ? `test_${name}${ext}` : `${name}.test${ext}`);
}
