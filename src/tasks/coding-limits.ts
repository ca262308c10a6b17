import type { PauseCode, TaskLimits } from '../events/index.ts';
import type { CodingState, ModuleState } from './coding-state.ts';

/** Corrections of a module, and unusable answers in a row, before the task is given up. */
export const DEFAULT_MAX_ITERATIONS = 5;
const MAX_BAD_PLANS = 3;
/** After the first correction that brings nothing the larger model is asked; after this many the task is given up. */
export const MAX_STALLS = 3;

/** The time that a task may hold a slot, where it says so. */
export function timeoutOf({ maxSeconds }: TaskLimits = {}): { readonly timeoutMs?: number } {
  return maxSeconds === undefined ? {} : { timeoutMs: maxSeconds * 1000 };
}

/** A limit of the task's own that is reached: it rests and asks, as whoever set the limit may raise it. */
export function reachedLimit(state: CodingState): { readonly code: PauseCode; readonly reason: string } | null {
  const { maxTokens, maxCostUsd, maxIterations } = state.limits;
  if (maxTokens !== undefined && state.tokensUsed > maxTokens) {
    const reason = `${state.tokensUsed} tokens were used; the task's limit is ${maxTokens}.`;
    return { code: 'LIMIT_TOKENS', reason };
  }
  if (maxCostUsd !== undefined && state.costUsd > maxCostUsd) {
    const reason = `Model calls for $${state.costUsd.toFixed(4)} were made; the task's limit is $${maxCostUsd}.`;
    return { code: 'LIMIT_COST', reason };
  }
  const stuck = maxIterations === undefined ? undefined : modulesOutOfIterations(state, maxIterations)[0];
  if (!stuck || stuck.stalls >= MAX_STALLS) return null;
  const reason = `${stuck.path} fails after ${stuck.iteration} corrections, as many as the task allows: ${failureText(stuck)}.`;
  return { code: 'LIMIT_ITERATIONS', reason };
}

/** Why no further try can help, or null. */
export function exhausted(state: CodingState): { readonly code: string; readonly reason: string } | null {
  if (state.badPlans >= MAX_BAD_PLANS) {
    return {
      code: 'PLAN_UNUSABLE',
      reason: `${state.badPlans} plans could not be used; the last: ${state.planProblems.join('; ')}`,
    };
  }
  const maxIterations = state.limits.maxIterations ?? DEFAULT_MAX_ITERATIONS;
  for (const module of state.modules.values()) {
    if (module.badAnswers >= maxIterations) {
      const reason = `${module.path}: ${module.badAnswers} answers in a row could not be used; the last: ${module.problems.join('; ')}`;
      return { code: 'ANSWERS_UNUSABLE', reason };
    }
    if (module.stalls >= MAX_STALLS) {
      const reason = `${module.path}: ${module.stalls} corrections in a row brought nothing, the larger model's included: ${failureText(module)}`;
      return { code: 'NO_PROGRESS', reason };
    }
  }
  const [stuck] = modulesOutOfIterations(state, maxIterations);
  if (!stuck) return null;
  const reason = `${stuck.path} fails after ${stuck.iteration} corrections: ${failureText(stuck)}`;
  return { code: 'TESTS_STILL_FAIL', reason };
}

function modulesOutOfIterations(state: CodingState, maxIterations: number): readonly ModuleState[] {
  return [...state.modules.values()].filter(
    ({ phase, iteration, forgiven }) => phase === 'failed' && iteration - forgiven >= maxIterations,
  );
}

function failureText({ failure }: ModuleState): string {
  const first = failure?.results.find((result) => result.status === 'failed');
  return failure?.problem ?? (first ? `${first.name}: ${first.message ?? 'failed'}` : 'its tests do not pass');
}
