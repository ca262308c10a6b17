import type { PauseCode } from '../events/index.ts';
import type { Decision, Wait } from '../orchestrator/index.ts';
import type { CodingState, ModuleState, OpenCall } from './coding-state.ts';
import { exhausted, reachedLimit } from './coding-limits.ts';
import { testsByModule } from './module-tests.ts';
import { untriedTests } from './regression-tests.ts';

/** What a coding task can do next; `key` makes a step unique while it is in flight. */
export type CodingAction =
  | { readonly kind: 'start'; readonly key: string }
  | { readonly kind: 'adoptPlan'; readonly key: string }
  | { readonly kind: 'startModule'; readonly key: string; readonly module: string }
  | { readonly kind: 'startCorrection'; readonly key: string; readonly module: string }
  | { readonly kind: 'ask'; readonly key: string; readonly question: Question }
  | { readonly kind: 'call'; readonly key: string; readonly callId: string }
  | { readonly kind: 'accept'; readonly key: string; readonly callId: string }
  | { readonly kind: 'test'; readonly key: string; readonly module: string | null; readonly files: readonly string[] }
  | { readonly kind: 'completeModule'; readonly key: string; readonly module: string }
  | { readonly kind: 'complete'; readonly key: string }
  | { readonly kind: 'pause'; readonly key: string; readonly code: PauseCode; readonly reason: string }
  | { readonly kind: 'fail'; readonly key: string; readonly code: string; readonly reason: string };

export type Question =
  | { readonly signature: 'PlanTask' }
  | { readonly signature: 'WriteTests' | 'GenerateModule' | 'CorrectModule'; readonly module: string };

/** What a coding task does next, from its state alone. Pure: it can be asked at any past moment without effect. */
export function decideCoding(state: CodingState): Decision<CodingAction> {
  if (state.outcome) return { kind: 'done', outcome: state.outcome };
  const wait = waitForPeople(state);
  if (wait && state.pause) return { kind: 'wait', wait };
  if (!state.started) return { kind: 'act', actions: [{ kind: 'start', key: 'start' }] };
  const limit = reachedLimit(state);
  if (limit) return { kind: 'act', actions: [{ kind: 'pause', key: 'pause', ...limit }] };
  const hopeless = state.hopeless ?? exhausted(state);
  if (hopeless) return { kind: 'act', actions: [{ kind: 'fail', key: 'fail', ...hopeless }] };
  if (wait) return { kind: 'wait', wait };
  const actions = [...callActions(state), ...(state.plan ? moduleActions(state) : planActions(state))];
  if (actions.length > 0) return { kind: 'act', actions };
  return { kind: 'wait', wait: whatIsMissing(state) };
}

/** A step that somebody asked for and that is still wanted: facts that came meanwhile may have overtaken it. */
export function isStillDue(state: CodingState, { key }: CodingAction): boolean {
  const decision = decideCoding(state);
  return decision.kind === 'act' && decision.actions.some((action) => action.key === key);
}

function callActions(state: CodingState): readonly CodingAction[] {
  return [...state.calls].flatMap(([callId, call]): CodingAction[] => {
    if (call.answer) return [{ kind: 'accept', key: `accept:${callId}`, callId }];
    if (call.unavailable || isDelegated(call)) return [];
    return [{ kind: 'call', key: `call:${callId}:${call.failures}`, callId }];
  });
}

/** What a person has to say before anything goes on: an end of the pause, answers, a word on the plan. Null: nothing. */
export function waitForPeople({
  pause,
  questions,
  plan,
  approval,
}: Pick<CodingState, 'pause' | 'questions' | 'plan' | 'approval'>): Wait | null {
  const wait = (reason: string, detail: string): Wait => ({ reason, detail, until: null });
  if (pause) return wait('paused', `${pause.reason} It goes on when somebody resumes it.`);
  if (questions.length > 0) return wait('awaitingAnswers', `The planner asks: ${questions.join(' · ')}`);
  if (plan && approval === 'pending')
    return wait('awaitingApproval', 'The plan waits to be approved, edited or refused.');
  return null;
}

function isDelegated(call: OpenCall): boolean {
  return call.request.model === null;
}

function planActions(state: CodingState): readonly CodingAction[] {
  if (state.calls.size > 0) return [];
  const untried = untriedTests(state);
  if (untried.length > 0) return [{ kind: 'test', key: `trial:${untried.length}`, module: null, files: untried }];
  // With the start as a rule; a fork may begin between the two. One that was refused is not adopted again.
  const given = state.created?.modules ?? state.created?.plan;
  if (given && state.planProblems.length === 0) return [{ kind: 'adoptPlan', key: 'plan' }];
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
      return [{ kind: 'startCorrection', key: `correct:${module.path}`, module: module.path }];
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
