import { posix } from 'node:path';
import type { BuildAgent, ExecutionPlan, Plan, PlannedModule, PlannedTask, SourceFile } from '../../events/index.ts';
import { InvalidInputError, type Issue } from '../../kernel/errors.ts';
import type { PlanDetails, PlanTaskOutput } from '../../llm/index.ts';
import { moduleIssues } from '../module-issues.ts';
import { planIssues } from './plan-issues.ts';
import { readPlan } from './read-plan.ts';

type Answer = PlanTaskOutput;
type AnswerModule = Answer['modules'][number];

/**
 * The plan that a planner's answer stands for: one task for each of its files, in the groups that the planner named,
 * else in batches that can be built at the same time. Throws InvalidInputError with all that is wrong, in the paths of
 * the answer.
 */
export function planFromAnswer(answer: Answer, given: readonly SourceFile[]): ExecutionPlan {
  const { objective, language, modules, details } = answer;
  const unfit = moduleIssues(modules, given);
  if (unfit.length > 0) throw new InvalidInputError(unfit);
  const draft = { ...partsOf(objective, language, details), agents: agentsOf(modules) };
  const plan = inPathsOf(modules, draft.agents, () => readPlan(draft));
  const issues = planIssues(plan, given);
  return inPathsOf(modules, plan.agents, () => {
    if (issues.length > 0) throw new InvalidInputError(issues);
    return plan;
  });
}

/** The document of a plan; made of its modules where it has none, as short plans and those of older logs. */
export function documentOf(plan: Plan): ExecutionPlan {
  if (plan.document) return plan.document;
  const draft = { ...partsOf(plan.objective, plan.language), agents: agentsOf(plan.modules) };
  try {
    return readPlan(draft);
  } catch (error) {
    // An older one may say what no plan may say today: it is shown as it is.
    if (error instanceof InvalidInputError) return draft;
    throw error;
  }
}

/** Modules in the order in which they can be built: each batch needs only those before it. Circles come last. */
function batchesOf<T extends Pick<PlannedModule, 'path' | 'dependsOn'>>(
  modules: readonly T[],
): readonly (readonly T[])[] {
  const batches: T[][] = [];
  const built = new Set<string>();
  let left = [...modules];
  while (left.length > 0) {
    const ready = left.filter(({ dependsOn }) => dependsOn.every((path) => built.has(path)));
    const batch = ready.length > 0 ? ready : left;
    batches.push(batch);
    for (const { path } of batch) built.add(path);
    left = left.filter((module) => !batch.includes(module));
  }
  return batches;
}

function agentsOf(modules: readonly (PlannedModule | AnswerModule)[]): readonly BuildAgent[] {
  const names = new Map(modules.map((module) => [module.path, nameOf(module)]));
  const named = Map.groupBy(modules, (module) => ('agent' in module ? module.agent?.trim() : undefined) ?? '');
  const groups: readonly (readonly [string, readonly (PlannedModule | AnswerModule)[]])[] =
    named.size === 1 && named.has('')
      ? batchesOf(modules).map((batch, index) => [`Batch ${index + 1}`, batch])
      : [...named];
  return groups.map(([name, members]) => ({ name, tasks: members.map((module) => taskOf(module, names)) }));
}

function taskOf(module: PlannedModule | AnswerModule, names: ReadonlyMap<string, string>): PlannedTask {
  const { path, description, dependsOn, testCases = [] } = module;
  const directory = posix.dirname(path);
  const { criteria = [], configuration = '', codeExample = '' }: Partial<AnswerModule> = module;
  return {
    name: nameOf(module),
    module: directory === '.' ? '' : `${directory}/`,
    description,
    acceptanceCriteria: criteria,
    files: [path],
    dependencies: dependsOn.map((needed) => names.get(needed) ?? needed),
    configuration,
    codeExample,
    testCases: testCases.map((expectation) => ({ name: '', expectation })),
  };
}

function nameOf(module: PlannedModule | AnswerModule): string {
  return ('name' in module ? module.name?.trim() : undefined) || module.path;
}

function partsOf(objective: string, language: string, details: PlanDetails = {}): Omit<ExecutionPlan, 'agents'> {
  const { complexity } = details;
  return {
    title: details.title ?? '',
    language,
    overview: {
      objective,
      scope: { includes: details.includes ?? [], excludes: details.excludes ?? [] },
      dependencies: (details.packages ?? []).map(dependencyOf),
      complexity: complexity === undefined ? null : { level: complexity, reason: details.complexityReason ?? '' },
    },
    clarifications: {
      testFramework: details.testFramework ?? '',
      fileLocations: details.fileLocations ?? '',
      environment: details.environment ?? '',
    },
    approach: {
      decisions: details.decisions ?? [],
      modulePlacement: details.placement ?? [],
      integrationPoints: details.integrationPoints ?? [],
      dataFlow: details.dataFlow ?? '',
    },
    testingStrategy: details.testingStrategy ?? [],
    successCriteria: {
      functional: details.functional ?? [],
      nonFunctional: details.nonFunctional ?? [],
      documentation: details.documentation ?? [],
    },
  };
}

/** `redis 7.2`, `ajv@8.20.0`, `@scope/name@1`. */
function dependencyOf(text: string): { name: string; version: string } {
  const [, name = text, version = ''] = /^(\S[^@\s]*)(?:@|\s+)(\S.*)$/.exec(text.trim()) ?? [];
  return { name, version };
}

/** Says issues of the plan in the words of the answer: the planner knows its modules, not the tasks made of them. */
function inPathsOf<T>(modules: readonly AnswerModule[], agents: readonly BuildAgent[], make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(error.issues.map((issue) => ({ ...issue, path: answerPath(issue, modules, agents) })));
  }
}

function answerPath({ path }: Issue, modules: readonly AnswerModule[], agents: readonly BuildAgent[]): string {
  const [all, agent, task] = /^plan\.agents\[(\d+)\]\.tasks\[(\d+)\]/.exec(path) ?? [];
  const file = agents[Number(agent)]?.tasks[Number(task)]?.files[0];
  const index = modules.findIndex((module) => module.path === file);
  if (all === undefined || index < 0) return path.replace(/^plan\.?/, '');
  return `modules[${index}]${path
    .slice(all.length)
    .replace(/^\.files.*/, '.path')
    .replace(/^\.dependencies.*/, '.dependsOn')}`;
}
