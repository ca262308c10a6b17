import type { CodingState, OpenCall } from './coding-state.ts';
import { transitiveDependencies } from './module-graph.ts';
import { testsByModule } from './module-tests.ts';
import { sha256 } from './task-files.ts';

/**
 * The files that a question about a module is put by: its own code, what it depends on, its tests. SHA-256 by path.
 * An answer is good only as long as they are the same.
 */
export function basisOf(state: CodingState, module: string): Readonly<Record<string, string>> {
  const modules = [...state.modules.values()];
  const tests = testsByModule(modules, state.files.values()).get(module) ?? [];
  const paths = new Set([module, ...transitiveDependencies(modules, module), ...tests]);
  return Object.fromEntries(
    [...paths].sort().flatMap((path) => {
      const file = state.files.get(path);
      return file ? [[path, sha256(file.content)]] : [];
    }),
  );
}

/** The files that changed, came or went since the question was put. A call of an old log has no basis and never moved. */
export function movedSince(state: CodingState, { request }: OpenCall): readonly string[] {
  const { basis, module } = request;
  if (!basis || module === null) return [];
  const now = basisOf(state, module);
  return [...new Set([...Object.keys(basis), ...Object.keys(now)])].filter((path) => basis[path] !== now[path]).sort();
}
