import { isReportValidForCurrentCode, type StoredEvent, type TestOutcome } from '../events/index.ts';
import { changeModule, closeCall, closeCallsFor } from './coding-changes.ts';
import type { CodingState, ModuleState } from './coding-state.ts';
import { editPlan, rejectPlan } from './replan.ts';

/** What people say to a coding task, and what it asks them: the next state. Pure. */
export function evolveSteering(state: CodingState, event: StoredEvent): CodingState {
  switch (event.eventType) {
    case 'USER_INTERVENTION':
      return { ...state, guidance: [...state.guidance, event.data.guidance] };
    case 'TASK_PAUSED':
      return { ...state, pause: { code: event.data.code, reason: event.data.reason } };
    case 'TASK_RESUMED':
      return { ...state, pause: null, limits: { ...state.limits, ...event.data.limits } };
    case 'QUESTIONS_ASKED': {
      const { questions, callId } = event.data;
      return { ...closeCall(state, callId), questions, questionRounds: state.questionRounds + 1 };
    }
    case 'QUESTIONS_ANSWERED': {
      const { answers } = event.data;
      const pairs = state.questions.map((question, index) => ({ question, answer: answers[index] ?? '' }));
      return { ...state, questions: [], answered: [...state.answered, ...pairs] };
    }
    case 'PLAN_APPROVED':
      return { ...state, approval: 'given' };
    case 'PLAN_REJECTED':
      return changedBy(event, rejectPlan(state, event.data));
    case 'PLAN_EDITED':
      return changedBy(event, editPlan(state, event.data));
    case 'BUG_REPORT_RECEIVED':
      return reported(state, event);
    default:
      return state;
  }
}

/** Files that went are a change of the code. */
function changedBy({ codeVersion, vectorClock }: StoredEvent, state: CodingState): CodingState {
  if (codeVersion === state.codeVersion) return state;
  return { ...state, lastChange: { codeVersion, vectorClock, codeHash: null } };
}

/** A report that still speaks of the code as it is sends its module back; one that came too late changes nothing. */
function reported(state: CodingState, event: StoredEvent<'BUG_REPORT_RECEIVED'>): CodingState {
  const { report, module } = event.data;
  const blamed = typeof module === 'string' ? state.modules.get(module) : undefined;
  if (!blamed) return state;
  const codeHash = blamed.codeHash ?? state.lastChange.codeHash;
  if (!isReportValidForCurrentCode(report, { ...state.lastChange, codeHash }).valid) return state;
  const closed = closeCallsFor({ ...state, suite: null }, (path) => path === module);
  return changeModule(closed, blamed.path, (before) => {
    const reports = [...before.reports, report.description];
    if (!hasCode(before)) return { reports };
    return { reports, phase: 'failed', failure: failureOf(before, reports), forgiven: before.iteration, stalls: 0 };
  });
}

function hasCode({ phase }: ModuleState): boolean {
  return phase === 'verify' || phase === 'failed' || phase === 'fix' || phase === 'complete';
}

/** As if a test had failed that says what the reports say. */
function failureOf(module: ModuleState, reports: readonly string[]): TestOutcome {
  const problem = reports.map((report) => `Bug report: ${report}`).join('\n');
  const before = module.failure ?? {
    module: module.path,
    passed: 0,
    failed: 0,
    results: [],
    durationMs: 0,
    isolation: '',
    exitCode: null,
    output: '',
    outputBytesCut: 0,
  };
  return { ...before, problem };
}
