import type { PlannedModule } from '../events/index.ts';
import type { Issue } from '../kernel/errors.ts';

/** What is wrong with the modules as a graph: doubles, unknown dependencies, circles. Paths in `issues` start with `at`. */
export function moduleGraphIssues(modules: readonly PlannedModule[], at = 'modules'): readonly Issue[] {
  const issues: Issue[] = [];
  const known = new Set<string>();
  modules.forEach(({ path }, index) => {
    if (known.has(path)) issues.push({ path: `${at}[${index}].path`, message: `${path} stands in the list twice` });
    known.add(path);
  });
  modules.forEach(({ path, dependsOn }, index) => {
    for (const name of dependsOn) {
      if (!known.has(name)) {
        issues.push({
          path: `${at}[${index}].dependsOn`,
          message: `${path} depends on ${name}, which is no module of the list`,
        });
      }
    }
  });
  const circle = findCircle(modules);
  if (circle) issues.push({ path: at, message: `modules depend on each other in a circle: ${circle.join(' → ')}` });
  return issues;
}

/** A circle of dependencies as a path that ends where it began, or null. */
export function findCircle(modules: readonly Pick<PlannedModule, 'path' | 'dependsOn'>[]): readonly string[] | null {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] | null => {
    const start = trail.indexOf(path);
    if (start >= 0) return [...trail.slice(start), path];
    if (done.has(path)) return null;
    for (const next of byPath.get(path)?.dependsOn ?? []) {
      const circle = visit(next, [...trail, path]);
      if (circle) return circle;
    }
    done.add(path);
    return null;
  };
  for (const { path } of modules) {
    const circle = visit(path, []);
    if (circle) return circle;
  }
  return null;
}

/** All modules that a module needs, directly or through others, in no particular order. Circles are no problem. */
export function transitiveDependencies(modules: readonly PlannedModule[], path: string): ReadonlySet<string> {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const found = new Set<string>();
  const pending = [...(byPath.get(path)?.dependsOn ?? [])];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next) || next === path) continue;
    found.add(next);
    pending.push(...(byPath.get(next)?.dependsOn ?? []));
  }
  return found;
}
