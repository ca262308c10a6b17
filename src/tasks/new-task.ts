import type { EventPayloads, FileRole, PlannedModule, SourceFile, TaskLimits } from '../events/index.ts';
import { InvalidInputError, type Issue } from '../kernel/errors.ts';
import { parsePriority, priorities } from '../orchestrator/index.ts';
import { checkFiles } from '../workspace/index.ts';
import { moduleGraphIssues } from './module-graph.ts';

/** A coding task as a caller gives it; every field but the prompt may be left out. */
export interface NewTask {
  readonly prompt: string;
  readonly answers?: readonly string[];
  /** A name in any case, or a whole number from 0 to 100. */
  readonly priority?: string | number;
  /** Chosen by the caller; else a new UUID. */
  readonly taskId?: string;
  readonly language?: string;
  readonly files?: readonly { readonly path: string; readonly content: string; readonly role?: FileRole }[];
  /** A short plan: with it no planning call is made. */
  readonly modules?: readonly {
    readonly path: string;
    readonly description?: string;
    readonly dependsOn?: readonly string[];
  }[];
  /** Stop after planning until somebody approves the plan. */
  readonly requireApproval?: boolean;
  readonly limits?: TaskLimits;
  readonly models?: { readonly planner?: string; readonly executor?: string };
  readonly metadata?: Readonly<Record<string, string>>;
}

const languageByExtension: Readonly<Record<string, string>> = {
  py: 'python',
  ts: 'typescript',
  mts: 'typescript',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
};

/** The language that a file name tells, or null. */
export function languageOf(path: string): string | null {
  return languageByExtension[path.split('.').at(-1)?.toLowerCase() ?? ''] ?? null;
}

/**
 * What TASK_CREATED says of a new task: defaults filled in, paths normalised. Throws InvalidInputError with everything
 * that is wrong: a blank prompt, unsafe or doubled paths, circles, an unknown language, a module that is a given test.
 */
export function describeNewTask(
  task: NewTask,
  { languages, hasPrices }: { readonly languages: readonly string[]; readonly hasPrices: boolean },
): EventPayloads['TASK_CREATED'] {
  const issues: Issue[] = [];
  if (task.prompt.trim() === '') issues.push({ path: 'prompt', message: 'is blank: say what to build' });
  const files: SourceFile[] = (task.files ?? []).map(({ path, content, role = 'source' }) => ({ path, content, role }));
  const modules: PlannedModule[] | null =
    task.modules?.map(({ path, description = '', dependsOn = [] }) => ({ path, description, dependsOn })) ?? null;
  issues.push(...checkFiles(files, 'files'), ...(modules ? moduleIssues(modules, files) : []));
  const regression = files.find(({ role }) => role === 'regression');
  const language = task.language ?? languageOf((modules?.[0] ?? regression)?.path ?? '') ?? null;
  if (language !== null && !languages.includes(language)) {
    issues.push({
      path: 'language',
      message: `${JSON.stringify(language)} is unknown: give one of ${languages.join(', ')}`,
    });
  }
  if (language === null && (modules ?? regression)) {
    issues.push({
      path: 'language',
      message: `cannot be told from ${(modules?.[0] ?? regression)?.path}: give one of ${languages.join(', ')}`,
    });
  }
  if (task.limits?.maxCostUsd !== undefined && !hasPrices) issues.push(costIssue);
  const priority = readPriority(task.priority, issues);
  if (issues.length > 0) throw new InvalidInputError(issues);
  return {
    prompt: task.prompt,
    answers: task.answers ?? [],
    priority,
    language,
    files,
    modules,
    limits: task.limits ?? {},
    models: task.models ?? {},
    metadata: task.metadata ?? {},
    ...(task.requireApproval ? { requireApproval: true } : {}),
  };
}

/** Without prices a limit of cost would never be reached. */
export const costIssue: Issue = {
  path: 'limits.maxCostUsd',
  message: 'no prices of models are known: set LLM_PRICES, or limit maxTokens instead',
};

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

function readPriority(priority: string | number | undefined, issues: Issue[]): number {
  try {
    return parsePriority(priority ?? priorities.MEDIUM);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    issues.push(...error.issues);
    return priorities.MEDIUM;
  }
}
