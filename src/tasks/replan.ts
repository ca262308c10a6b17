import type { EventPayloads, Plan, PlannedModule } from '../events/index.ts';
import { closeCallsFor } from './coding-changes.ts';
import { type CodingState, type ModuleState, newModule } from './coding-state.ts';
import { transitiveDependencies } from './module-graph.ts';
import { testPathOf } from './module-tests.ts';
import { sha256 } from './task-files.ts';

/** What names a plan: who approves it says by this which one was seen. SHA-256, hexadecimal. */
export function planHash(plan: Plan): string {
  return sha256(JSON.stringify(plan));
}

/** The modules of `plan` that have to be built anew when it takes the place of `before`: what changed, and what depends on it. */
export function changedModules(before: readonly PlannedModule[], plan: Plan): ReadonlySet<string> {
  const known = new Map(before.map((module) => [module.path, definitionOf(module)]));
  const changed = new Set(
    plan.modules.filter((module) => known.get(module.path) !== definitionOf(module)).map(({ path }) => path),
  );
  const affected = plan.modules.filter(
    ({ path }) =>
      changed.has(path) || [...transitiveDependencies(plan.modules, path)].some((needed) => changed.has(needed)),
  );
  return new Set(affected.map(({ path }) => path));
}

/**
 * The files that go when `plan` takes the place of the present one: code and tests of modules that it has not, and the
 * tests that a model wrote for a definition that is another now. What the caller gave stays.
 */
export function removedFiles(state: CodingState, plan: Pick<Plan, 'modules'>): readonly string[] {
  const given = new Set(state.created?.files.map(({ path }) => path));
  const definitions = new Map(plan.modules.map((module) => [module.path, definitionOf(module)]));
  const owned = [...state.modules.values()].flatMap((module) => {
    const tests = testPathOf(module.path, state.created?.files);
    if (!definitions.has(module.path)) return [module.path, tests];
    return definitions.get(module.path) === definitionOf(module) ? [] : [tests];
  });
  return owned.filter((path) => state.files.has(path) && !given.has(path) && !definitions.has(path));
}

/** The state with a first plan, or one that takes the place of a plan without anything built. */
export function withPlan(state: CodingState, plan: Plan): CodingState {
  const modules = new Map(plan.modules.map((module) => [module.path, newModule(module)]));
  return { ...state, plan, planProblems: [], modules, approval: renewed(state.approval) };
}

/** The state with another plan: what does not depend on the difference keeps its code, tests and results. */
export function editPlan(state: CodingState, { plan, removed }: EventPayloads['PLAN_EDITED']): CodingState {
  const before = [...state.modules.values()];
  const anew = changedModules(before, plan);
  const modules = plan.modules.map((planned): [string, ModuleState] => {
    const known = state.modules.get(planned.path);
    return [planned.path, known && !anew.has(planned.path) ? { ...known, ...planned } : newModule(planned)];
  });
  const kept = new Set(plan.modules.map(({ path }) => path));
  const closed = closeCallsFor(state, (module) => module === null || anew.has(module) || !kept.has(module));
  return {
    ...closed,
    plan,
    planProblems: [],
    modules: new Map(modules),
    files: without(state.files, removed),
    suite: null,
    hopeless: null,
    approval: renewed(state.approval),
  };
}

/** The state without a plan, and with the reason why; what was built by it is gone. */
export function rejectPlan(state: CodingState, { by, reason, removed }: EventPayloads['PLAN_REJECTED']): CodingState {
  return {
    ...closeCallsFor(state, () => true),
    plan: null,
    planProblems: [`Refused by ${by}: ${reason}`],
    modules: new Map(),
    files: without(state.files, removed),
    suite: null,
    hopeless: null,
  };
}

function without(files: CodingState['files'], removed: readonly string[]): CodingState['files'] {
  const gone = new Set(removed);
  return new Map([...files].filter(([path]) => !gone.has(path)));
}

function renewed(approval: CodingState['approval']): CodingState['approval'] {
  return approval === 'given' ? 'pending' : approval;
}

/** Everything that the building of a module depends on, but for the code of its dependencies. */
function definitionOf({ path, description, dependsOn, testCases = [] }: PlannedModule): string {
  return JSON.stringify([path, description, [...dependsOn].sort(), testCases]);
}
