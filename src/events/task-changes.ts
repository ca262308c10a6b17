import type { CodeChange, Plan, TestOutcome } from './coding-events.ts';
import type { EventOutline, EventPayloads } from './event.ts';
import { isReportValidForCurrentCode } from './ordering.ts';
import { changeModule, moduleOf, newModule, progressOf, type TaskDraft } from './task-draft.ts';

export function applyPlan(state: TaskDraft, plan: Plan): void {
  state.plan = plan;
  if (state.approval === 'given') state.approval = 'pending';
  if (state.status === 'created' || state.status === 'planning') state.status = 'running';
  const known = state.modules;
  state.modules = {};
  for (const { path } of plan.modules) state.modules[path] = moduleOf(known, path) ?? newModule(path);
  state.progress = progressOf(state);
}

export function applyChange(state: TaskDraft, change: CodeChange, event: EventOutline): void {
  const { codeVersion, vectorClock } = event;
  if (codeVersion <= state.codeVersion) {
    state.ignored += 1;
    return;
  }
  const { module, codeHash } = change;
  state.codeVersion = codeVersion;
  state.lastChange = { codeVersion, vectorClock, codeHash };
  changeModule(state, module, { status: 'testing', version: codeVersion, codeHash });
  state.progress = progressOf(state);
}

/** Files that went, where there were some, are a change of the code without a hash of its own. */
export function applyRemoval(state: TaskDraft, { codeVersion, vectorClock }: EventOutline): void {
  if (codeVersion <= state.codeVersion) return;
  state.codeVersion = codeVersion;
  state.lastChange = { codeVersion, vectorClock, codeHash: null };
}

export function applyTests(
  state: TaskDraft,
  outcome: TestOutcome,
  event: EventOutline,
  status: 'passing' | 'failing',
): void {
  if (isStale(state, event) || typeof outcome.module !== 'string') return;
  const lastError = status === 'passing' ? null : errorOf(outcome);
  const { passed: testsPassed, failed: testsFailed } = outcome;
  changeModule(state, outcome.module, { status, testsPassed, testsFailed, lastError });
}

function errorOf({ problem, results }: TestOutcome): string {
  const failed = Array.isArray(results)
    ? (results as TestOutcome['results']).find(({ status }) => status === 'failed')
    : undefined;
  return problem ?? failed?.message ?? failed?.name ?? 'the tests failed';
}

/** By the hash of the module that it blames; without one, of whatever changed last. */
export function judge(state: TaskDraft, data: EventPayloads['BUG_REPORT_RECEIVED'], event: EventOutline): void {
  const { report, module } = data;
  const current = state.lastChange ?? { codeVersion: state.codeVersion, vectorClock: {}, codeHash: null };
  const codeHash = (typeof module === 'string' && moduleOf(state.modules, module)?.codeHash) || current.codeHash;
  const { valid, decidedBy } = isReportValidForCurrentCode(report, { ...current, codeHash });
  const judged = { report, streamSequence: event.streamSequence, decidedBy };
  if (valid) state.acceptedBugReports.push(judged);
  else {
    state.ignoredBugReports.push(judged);
    state.ignored += 1;
  }
}

export function addUsage(
  state: TaskDraft,
  { usage, costUsd = 0 }: Partial<Pick<EventPayloads['MODEL_CALL_COMPLETED'], 'usage' | 'costUsd'>>,
): void {
  const { calls, inputTokens, outputTokens } = state.usage;
  state.usage = {
    calls: calls + 1,
    inputTokens: inputTokens + (usage?.inputTokens ?? 0),
    outputTokens: outputTokens + (usage?.outputTokens ?? 0),
    costUsd: state.usage.costUsd + costUsd,
  };
}

export function isStale(state: TaskDraft, event: EventOutline): boolean {
  if (event.codeVersion >= state.codeVersion) return false;
  state.ignored += 1;
  return true;
}

export function end(state: TaskDraft, status: 'completed' | 'failed' | 'cancelled', event: EventOutline): void {
  state.status = status;
  state.finishedAt = event.timestamp;
  state.currentModule = null;
  state.pause = null;
  state.questions = [];
}
