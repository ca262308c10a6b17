import type { PlannedModule, SourceFile } from '../events/index.ts';
import type { Issue } from '../kernel/errors.ts';
import { checkFiles } from '../workspace/index.ts';
import { moduleGraphIssues } from './module-graph.ts';

/** What keeps a list of modules from being built, `modules[0].path` and so on. Also judges the plans of models. */
export function moduleIssues(modules: readonly PlannedModule[], files: readonly SourceFile[]): readonly Issue[] {
  if (modules.length === 0) return [{ path: 'modules', message: 'is empty: name at least one module' }];
  const fixed = new Set(files.filter(({ role }) => role === 'test' || role === 'regression').map(({ path }) => path));
  const claimed = modules.flatMap(({ path }, index): Issue[] =>
    fixed.has(path)
      ? [{ path: `modules[${index}].path`, message: `${path} is a given test file and stays as it is` }]
      : [],
  );
  const paths = modules.map(({ path }) => ({ path, content: '' }));
  return [...checkFiles(paths, 'modules'), ...claimed, ...moduleGraphIssues(modules)];
}
