import type { Decision, Wait } from '../orchestrator/index.ts';
import type { CodingState, ModuleState, OpenCall } from './coding-state.ts';
import { testsByModule } from './module-tests.ts';

/** What a coding task can do next; `key` makes a step unique while it is in flight. */
export type CodingAction =
  | { readonly kind: 'start'; readonly key: string }
  | { readonly kind: 'adoptPlan'; readonly key: string }
  | { readonly kind: 'startModule'; readonly key: string; readonly module: string }
  | { readonly kind: 'ask'; readonly key: string; readonly question: Question }
  | { readonly kind: 'call'; readonly key: string; readonly callId: string }
  | { readonly kind: 'accept'; readonly key: string; readonly callId: string }
  | { readonly kind: 'test'; readonly key: string; readonly module: string | null; readonly files: readonly string[] }
  | { readonly kind: 'completeModule'; readonly key: string; readonly module: string }
  | { readonly kind: 'complete'; readonly key: string }
  | { readonly kind: 'fail'; readonly key: string; readonly code: string; readonly reason: string };

export type Question =
  | { readonly signature: 'PlanTask' }
  | { readonly signature: 'WriteTests' | 'GenerateModule' | 'CorrectModule'; readonly module: string };

/** Corrections of a module, and unusable answers in a row, before the task is given up. */
export const DEFAULT_MAX_ITERATIONS = 5;
const MAX_BAD_PLANS = 3;
/** After the first correction that brings nothing the larger model is asked; after this many the task is given up. */
export const MAX_STALLS = 3;

/** What a coding task does next, from its state alone. Pure: it can be asked at any past moment without effect. */
export function decideCoding(state: CodingState): Decision<CodingAction> {
  if (state.outcome) return { kind: 'done', outcome: state.outcome };
  if (!state.started) return { kind: 'act', actions: [{ kind: 'start', key: 'start' }] };
  const hopeless = state.hopeless ?? exhausted(state);
  if (hopeless) return { kind: 'act', actions: [{ kind: 'fail', key: 'fail', ...hopeless }] };
  const actions = [...callActions(state), ...(state.plan ? moduleActions(state) : planActions(state))];
  if (actions.length > 0) return { kind: 'act', actions };
  return { kind: 'wait', wait: whatIsMissing(state) };
}

function exhausted(state: CodingState): { code: string; reason: string } | null {
  const limits = state.created?.limits ?? {};
  if (limits.maxTokens !== undefined && state.tokensUsed > limits.maxTokens) {
    return {
      code: 'LIMIT_TOKENS',
      reason: `${state.tokensUsed} tokens were used; the task's limit is ${limits.maxTokens}.`,
    };
  }
  if (state.badPlans >= MAX_BAD_PLANS) {
    return {
      code: 'PLAN_UNUSABLE',
      reason: `${state.badPlans} plans could not be used; the last: ${state.planProblems.join('; ')}`,
    };
  }
  const maxIterations = limits.maxIterations ?? DEFAULT_MAX_ITERATIONS;
  for (const module of state.modules.values()) {
    if (module.badAnswers >= maxIterations) {
      const reason = `${module.path}: ${module.badAnswers} answers in a row could not be used; the last: ${module.problems.join('; ')}`;
      return { code: 'ANSWERS_UNUSABLE', reason };
    }
    if (module.stalls >= MAX_STALLS) {
      const reason = `${module.path}: ${module.stalls} corrections in a row brought nothing, the larger model's included: ${failureText(module)}`;
      return { code: 'NO_PROGRESS', reason };
    }
    if (module.phase === 'failed' && module.iteration >= maxIterations) {
      return {
        code: 'TESTS_STILL_FAIL',
        reason: `${module.path} fails after ${module.iteration} corrections: ${failureText(module)}`,
      };
    }
  }
  return null;
}

function failureText({ failure }: ModuleState): string {
  const first = failure?.results.find((result) => result.status === 'failed');
  return failure?.problem ?? (first ? `${first.name}: ${first.message ?? 'failed'}` : 'its tests do not pass');
}

function callActions(state: CodingState): readonly CodingAction[] {
  return [...state.calls].flatMap(([callId, call]): CodingAction[] => {
    if (call.answer) return [{ kind: 'accept', key: `accept:${callId}`, callId }];
    if (call.unavailable || isDelegated(call)) return [];
    return [{ kind: 'call', key: `call:${callId}:${call.failures}`, callId }];
  });
}

function isDelegated(call: OpenCall): boolean {
  return call.request.model === null;
}

function planActions(state: CodingState): readonly CodingAction[] {
  if (state.calls.size > 0) return [];
  // With the start as a rule; a fork may begin between the two.
  if (state.created?.modules) return [{ kind: 'adoptPlan', key: 'plan' }];
  return [{ kind: 'ask', key: `ask:plan:${state.badPlans}`, question: { signature: 'PlanTask' } }];
}

function moduleActions(state: CodingState): readonly CodingAction[] {
  const modules = [...state.modules.values()];
  if (modules.every((module) => module.phase === 'complete')) return endActions(state);
  const asked = new Set([...state.calls.values()].map((call) => call.request.module));
  const tests = testsByModule(modules, state.files.values());
  return modules
    .filter((module) => !asked.has(module.path))
    .filter((module) => module.dependsOn.every((path) => state.modules.get(path)?.phase === 'complete'))
    .flatMap((module) => moduleAction(module, tests.get(module.path) ?? []));
}

function moduleAction(module: ModuleState, tests: readonly string[]): readonly CodingAction[] {
  const ask = (signature: 'WriteTests' | 'GenerateModule' | 'CorrectModule'): CodingAction => ({
    kind: 'ask',
    key: `ask:${module.path}`,
    question: { signature, module: module.path },
  });
  switch (module.phase) {
    case 'pending':
      return [{ kind: 'startModule', key: `start:${module.path}`, module: module.path }];
    case 'tests':
      return [ask('WriteTests')];
    case 'code':
      return [ask('GenerateModule')];
    case 'failed':
    case 'fix':
      return [ask('CorrectModule')];
    case 'verify':
      if (tests.length === 0) return [{ kind: 'completeModule', key: `complete:${module.path}`, module: module.path }];
      return [{ kind: 'test', key: `test:${module.path}`, module: module.path, files: tests }];
    case 'complete':
      return [];
  }
}

function endActions(state: CodingState): readonly CodingAction[] {
  if (state.suite) return [{ kind: 'complete', key: 'complete' }];
  const files = [...state.files.values()].filter((file) => file.role === 'test').map((file) => file.path);
  return [{ kind: 'test', key: 'test', module: null, files }];
}

function whatIsMissing(state: CodingState): Wait {
  const calls = [...state.calls.values()];
  const outage = calls.flatMap((call) => call.unavailable ?? []).sort((a, b) => a.until.localeCompare(b.until))[0];
  if (outage) return { reason: 'modelUnavailable', detail: outage.reason, until: outage.until };
  const items = calls.filter(isDelegated).map((call) => call.request.module ?? 'the plan');
  return {
    reason: 'awaitingModel',
    detail: `No model is configured: work items for ${items.join(', ')} wait to be claimed and answered.`,
    until: null,
  };
}
