import type { ExecutionPlan, PlannedTask, SourceFile } from '../../events/index.ts';
import type { Issue } from '../../kernel/errors.ts';
import { checkFiles } from '../../workspace/index.ts';
import { findCircle } from '../module-graph.ts';
import { isNoCode } from './file-kinds.ts';
import { sourceFilesOf } from './plan-modules.ts';

const MAX_TASKS = 1000;
const MAX_FILES = 1000;

interface Placed {
  readonly task: PlannedTask;
  /** `plan.agents[0].tasks[2]` */
  readonly at: string;
}

/**
 * Everything that keeps a plan from being carried out, each with its path below `at`: doubled names, tasks that depend
 * on unknown ones or in a circle, files of two tasks, unsafe paths, given tests and what is no code. Empty: it can be.
 */
export function planIssues(document: ExecutionPlan, given: readonly SourceFile[], at = 'plan'): readonly Issue[] {
  const placed = document.agents.flatMap(({ tasks }, agent) =>
    tasks.map((task, index): Placed => ({ task, at: `${at}.agents[${agent}].tasks[${index}]` })),
  );
  // Before anything is followed from task to task.
  if (placed.length > MAX_TASKS) {
    return [{ path: `${at}.agents`, message: `have ${placed.length} tasks, more than ${MAX_TASKS}` }];
  }
  return [
    ...nameIssues(placed),
    ...dependencyIssues(placed, at),
    ...testCaseIssues(placed),
    ...fileIssues(placed, given, at),
  ];
}

function nameIssues(placed: readonly Placed[]): readonly Issue[] {
  const names = new Set<string>();
  return placed.flatMap(({ task: { name }, at }): Issue[] => {
    if (names.has(name)) return [{ path: `${at}.name`, message: `${quoted(name)} is the name of another task too` }];
    names.add(name);
    return [];
  });
}

function dependencyIssues(placed: readonly Placed[], at: string): readonly Issue[] {
  const names = new Set(placed.map(({ task }) => task.name));
  const unknown = placed.flatMap(({ task, at: taskAt }) =>
    task.dependencies.flatMap((name, index): Issue[] =>
      names.has(name)
        ? []
        : [
            {
              path: `${taskAt}.dependencies[${index}]`,
              message: `${quoted(task.name)} depends on ${quoted(name)}, which is no task of the plan`,
            },
          ],
    ),
  );
  const circle = findCircle(
    placed.map(({ task: { name, dependencies } }) => ({ path: name, dependsOn: dependencies })),
  );
  if (!circle) return unknown;
  const message = `tasks depend on each other in a circle: ${circle.map(quoted).join(' → ')}`;
  return [...unknown, { path: `${at}.agents`, message }];
}

function testCaseIssues(placed: readonly Placed[]): readonly Issue[] {
  return placed.flatMap(({ task, at }) =>
    task.testCases.flatMap(({ name, expectation }, index): Issue[] =>
      name || expectation
        ? []
        : [{ path: `${at}.testCases[${index}]`, message: 'says nothing: give a name or an expectation' }],
    ),
  );
}

function fileIssues(placed: readonly Placed[], given: readonly SourceFile[], at: string): readonly Issue[] {
  const fixed = new Set(given.filter(({ role }) => role === 'test' || role === 'regression').map(({ path }) => path));
  const claims = new Map<string, PlannedTask>();
  const unique: { readonly path: string; readonly at: string }[] = [];
  const issues: Issue[] = [];
  for (const { task, at: taskAt } of placed) {
    for (const [index, path] of task.files.entries()) {
      const fileAt = `${taskAt}.files[${index}]`;
      const owner = claims.get(path);
      if (owner === task) issues.push({ path: fileAt, message: `${path} stands in the task twice` });
      else if (owner !== undefined) {
        issues.push({
          path: fileAt,
          message: `${path} is claimed by ${quoted(owner.name)} already: give each file one task`,
        });
      } else {
        claims.set(path, task);
        unique.push({ path, at: fileAt });
        if (fixed.has(path)) {
          issues.push({ path: fileAt, message: `${path} is a given test file and stays as it is` });
        } else if (isNoCode(path)) {
          issues.push({ path: fileAt, message: `${path} is no code that tests could try: leave it out` });
        }
      }
    }
    if (sourceFilesOf(task).length === 0 && task.files.length > 0) {
      issues.push({ path: `${taskAt}.files`, message: 'are tests only: name the source file that they try' });
    }
  }
  if (unique.length > MAX_FILES) {
    issues.push({ path: `${at}.agents`, message: `have ${unique.length} files, more than ${MAX_FILES}` });
  }
  return [...issues, ...unsafePaths(unique)];
}

/** checkFiles numbers the files as one list; here each stands where its task has it. */
function unsafePaths(files: readonly { readonly path: string; readonly at: string }[]): readonly Issue[] {
  return checkFiles(files, '').map(({ path, message }) => {
    const index = Number(/^\[(\d+)\]/.exec(path)?.[1]);
    return { path: files[index]?.at ?? path, message };
  });
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
