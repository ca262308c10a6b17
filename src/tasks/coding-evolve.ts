import type { Attempt, CodeChange, EventPayloads, StoredEvent, TestOutcome } from '../events/index.ts';
import { changeCall, changeModule, closeCall, closeCallsFor, withFiles } from './coding-changes.ts';
import type { CodingState, ModuleState, OpenCall } from './coding-state.ts';
import { evolveSteering } from './coding-steering.ts';
import { changesOf } from './fork-drafts.ts';
import { testPathOf, testsByModule } from './module-tests.ts';
import { afterTrial } from './regression-tests.ts';
import { withPlan } from './replan.ts';

/** The next state of a coding task. Pure; a final state absorbs whatever comes late. */
export function evolveCoding(state: CodingState, event: StoredEvent): CodingState {
  if (state.outcome) return state;
  const next = apply(state, event);
  return next.codeVersion === event.codeVersion ? next : { ...next, codeVersion: event.codeVersion };
}

function apply(state: CodingState, event: StoredEvent): CodingState {
  switch (event.eventType) {
    case 'TASK_CREATED':
      return {
        ...withFiles(state, event.data.files),
        created: event.data,
        limits: event.data.limits,
        approval: event.data.requireApproval ? 'pending' : 'notNeeded',
      };
    case 'TASK_FORKED':
      return forked(state, event.data);
    case 'TASK_STARTED':
      return { ...state, started: true };
    case 'PLANNING_COMPLETE':
      return withPlan(closeCall(state, event.data.callId), event.data.plan);
    case 'MODULE_STARTED':
      return changeModule(state, event.data.module, ({ path }) => ({
        phase: hasTests(state, path) ? 'code' : 'tests',
      }));
    case 'TESTS_WRITTEN':
      return changeModule(
        withFiles(closeCall(state, event.data.callId), event.data.files),
        event.data.module,
        (before) => ({
          // Code that came by hand is there before its tests.
          phase: before.codeHash === null ? 'code' : 'verify',
          ...usable,
        }),
      );
    case 'CODE_GENERATED':
    case 'CORRECTION_COMPLETED':
      return changedCode(state, event.data, event);
    case 'CORRECTION_STARTED':
      return changeModule(state, event.data.module, () => ({ phase: 'fix', iteration: event.data.iteration }));
    case 'MODULE_COMPLETE':
      return changeModule(state, event.data.module, () => ({ phase: 'complete', failure: null }));
    case 'TEST_PASSED':
      if (event.data.trial) return { ...state, files: afterTrial(state.files, event.data) };
      return event.data.module === null ? { ...state, suite: event.data } : state;
    case 'TEST_FAILED':
      if (event.data.trial) return { ...state, files: afterTrial(state.files, event.data) };
      return failedTests(state, event.data);
    case 'TASK_COMPLETE':
      return { ...state, outcome: 'completed' };
    case 'TASK_FAILED':
      return { ...state, outcome: 'failed' };
    case 'TASK_CANCELLED':
      return { ...state, outcome: 'cancelled' };
    default:
      return applyToCalls(evolveSteering(state, event), event);
  }
}

function applyToCalls(state: CodingState, event: StoredEvent): CodingState {
  switch (event.eventType) {
    case 'MODEL_CALL_REQUESTED': {
      const opened: OpenCall = {
        request: event.data,
        requestedAt: event.timestamp,
        answer: null,
        failures: 0,
        unavailable: null,
        lease: null,
      };
      return { ...state, calls: new Map(state.calls).set(event.data.callId, opened) };
    }
    case 'MODEL_CALL_COMPLETED': {
      return changeCall(spent(state, event.data), event.data.callId, () => ({
        answer: { value: event.data.answer },
        unavailable: null,
        lease: null,
      }));
    }
    case 'MODEL_CALL_FAILED':
      return failedCall(spent(state, event.data), event);
    case 'MODEL_ANSWER_STALE':
      return closeCall(state, event.data.callId);
    case 'MODEL_ANSWER_REJECTED':
      return unusableAnswer(state, event.data.callId, event.data.issues);
    case 'WORK_ITEM_CLAIMED': {
      const { callId, by, leaseHash, leaseUntil } = event.data;
      return changeCall(state, callId, () => ({ lease: { by, hash: leaseHash, until: leaseUntil } }));
    }
    case 'WORK_ITEM_RELEASED':
      return changeCall(state, event.data.callId, () => ({ lease: null }));
    case 'WAIT_ELAPSED':
      return reachableAgain(state, event.data.until);
    default:
      return state;
  }
}

function spent(
  state: CodingState,
  { usage, costUsd = 0 }: Partial<Pick<EventPayloads['MODEL_CALL_COMPLETED'], 'usage' | 'costUsd'>>,
): CodingState {
  const tokens = usage ? usage.inputTokens + usage.outputTokens : 0;
  return { ...state, tokensUsed: state.tokensUsed + tokens, costUsd: state.costUsd + costUsd };
}

const usable = { badAnswers: 0, problems: [] } as const;

function changedCode(
  state: CodingState,
  change: CodeChange,
  { codeVersion, vectorClock }: Pick<StoredEvent, 'codeVersion' | 'vectorClock'>,
): CodingState {
  // By hand: what a model still writes of this module is not wanted any more.
  const closed =
    change.callId === null
      ? closeCallsFor(state, (module) => module === change.module)
      : closeCall(state, change.callId);
  const lastChange = { codeVersion, vectorClock, codeHash: change.codeHash };
  return changeModule({ ...withFiles(closed, change.files), suite: null, lastChange }, change.module, ({ path }) => ({
    phase: hasTests(state, path) ? 'verify' : 'tests',
    codeHash: change.codeHash,
    failure: null,
    reports: [],
    ...usable,
  }));
}

function failedTests(state: CodingState, outcome: TestOutcome): CodingState {
  const module = outcome.module ?? blame(state, outcome);
  if (module === null) return { ...state, suite: outcome };
  return changeModule(state, module, (before) => {
    const attempt = attemptOf(before, outcome);
    const last = before.attempts.at(-1);
    const stalls = last && !isProgress(last, attempt) ? before.stalls + 1 : 0;
    return { phase: 'failed', failure: outcome, attempts: [...before.attempts, attempt], stalls };
  });
}

function attemptOf(module: ModuleState, { results, problem }: TestOutcome): Attempt {
  const failing = results.filter((result) => result.status === 'failed').map((result) => result.name);
  return {
    module: module.path,
    codeHash: module.codeHash ?? '',
    failing,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Something that failed before does not fail any more; a run that failed as a whole counts as worse than any test. */
function isProgress(before: Attempt, now: Attempt): boolean {
  if (now.failing.length === 0) return before.failing.length === 0 && before.problem !== now.problem;
  return before.failing.length === 0 || before.failing.some((name) => !now.failing.includes(name));
}

/** The module that a red suite sends back: the owner of the first failing test, else the one built last. */
function blame(state: CodingState, outcome: TestOutcome): string | null {
  const modules = [...state.modules.values()];
  const failing = new Set(outcome.results.filter((result) => result.status === 'failed').map((result) => result.file));
  const owners = testsByModule(modules, state.files.values());
  const owner = modules.find((module) => owners.get(module.path)?.some((file) => failing.has(file)));
  return (owner ?? modules.at(-1))?.path ?? null;
}

function failedCall(state: CodingState, event: StoredEvent<'MODEL_CALL_FAILED'>): CodingState {
  const { callId, code, reason, remedy, retryAt } = event.data;
  switch (remedy) {
    case 'later':
      return changeCall(state, callId, (call) => ({
        failures: call.failures + 1,
        unavailable: { until: retryAt ?? event.timestamp, reason },
      }));
    case 'anew':
      return closeCall(state, callId);
    case 'differently':
      return unusableAnswer(state, callId, [reason]);
    case 'never':
      return { ...closeCall(state, callId), hopeless: { code, reason } };
  }
}

function unusableAnswer(state: CodingState, callId: string, issues: readonly string[]): CodingState {
  const module = state.calls.get(callId)?.request.module ?? null;
  const closed = closeCall(state, callId);
  if (module === null) return { ...closed, badPlans: state.badPlans + 1, planProblems: issues };
  return changeModule(closed, module, (before) => ({
    badAnswers: before.badAnswers + 1,
    problems: issues,
    stalls: before.phase === 'fix' ? before.stalls + 1 : before.stalls,
  }));
}

function reachableAgain(state: CodingState, until: string): CodingState {
  const calls = [...state.calls].map(([id, call]): [string, OpenCall] => [
    id,
    call.unavailable && call.unavailable.until <= until ? { ...call, unavailable: null } : call,
  ]);
  return { ...state, calls: new Map(calls) };
}

/** The caller's tests, where there are any, are the measure: then no model writes others. Nor for what has its own already. */
function hasTests(state: CodingState, module: string): boolean {
  return (
    state.files.has(testPathOf(module, state.created?.files)) ||
    (state.created?.files.some((file) => file.role === 'test') ?? false)
  );
}

/** In a fork nobody will answer what was open in its parent: it is asked anew. An answer that is there is used. */
function forked(state: CodingState, fork: StoredEvent<'TASK_FORKED'>['data']): CodingState {
  const calls = new Map([...state.calls].filter(([, call]) => call.answer !== null));
  const { created } = state;
  return { ...state, calls, forkedFrom: fork.from, created: created && { ...created, ...changesOf(fork) } };
}
