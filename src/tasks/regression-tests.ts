import type { SourceFile, TestOutcome } from '../events/index.ts';
import type { CodingState } from './coding-state.ts';

/** Tests of the caller's project that have not been run yet: what they are worth is seen before anything is planned. */
export function untriedTests({ files }: Pick<CodingState, 'files'>): readonly string[] {
  return [...files.values()].filter(({ role }) => role === 'regression').map(({ path }) => path);
}

/** Whether a file is a test of the caller's project, rather than the measure of the task. */
export function isRegressionTest({ created }: Pick<CodingState, 'created'>, path: string): boolean {
  return created?.files.some((file) => file.path === path && file.role === 'regression') ?? false;
}

/**
 * The files after a run of the untried tests, before anything was changed. All green: they are tests, to be kept green.
 * Else those that are red count no more and are data from then on; the others are run again without them.
 */
export function afterTrial(files: CodingState['files'], outcome: TestOutcome): CodingState['files'] {
  const untried = untriedTests({ files });
  const red = outcome.failed > 0 || outcome.problem !== undefined ? redOnes(untried, outcome) : null;
  const changed = [...files].map(([path, file]): [string, SourceFile] => {
    if (file.role !== 'regression') return [path, file];
    if (red === null) return [path, { ...file, role: 'test' }];
    return [path, red.has(path) ? { ...file, role: 'fixture' } : file];
  });
  return new Map(changed);
}

/** At least one, so that the trial comes to an end. A run's problem begins with the file that caused it. */
function redOnes(untried: readonly string[], { results, problem = '' }: TestOutcome): ReadonlySet<string> {
  const failed = new Set(results.filter(({ status }) => status === 'failed').map(({ file }) => file));
  const passed = new Set(results.filter(({ status }) => status === 'passed').map(({ file }) => file));
  const named = untried.filter((path) => failed.has(path) || problem.startsWith(`${path} `));
  if (named.length > 0) return new Set(named);
  const silent = untried.filter((path) => !passed.has(path));
  return new Set(silent.length > 0 ? silent : untried);
}
