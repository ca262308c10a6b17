import type { CodeChange, Plan, TestOutcome } from './coding-events.ts';
import type { EventPayloads, StoredEvent } from './event.ts';
import { isDeclaredEventType } from './event-types.ts';
import { RepeatedSequenceError } from './events.errors.ts';
import { type Handler, isObject, needs } from './fold-handler.ts';
import { steeringHandlers, type SteeringType } from './steering-fold.ts';
import type { TaskDraft, TaskModule, TaskState, TaskWarning } from './task-state.ts';

const MAX_WARNINGS = 100;

/** A draft that shares nothing with the state that would be changed in place. */
export function draftOf(state: TaskState): TaskDraft {
  return {
    ...state,
    modules: { ...state.modules },
    countsByType: { ...state.countsByType },
    interventions: [...state.interventions],
    acceptedBugReports: [...state.acceptedBugReports],
    ignoredBugReports: [...state.ignoredBugReports],
    warnings: [...state.warnings],
  };
}

/**
 * Applies one event. Stale facts are counted and not applied, odd ones become warnings: no event ever breaks the fold.
 * Throws RepeatedSequenceError when the event does not come after those before it.
 */
export function foldEvent(state: TaskDraft, event: StoredEvent): void {
  if (event.streamSequence <= state.streamSequence) {
    throw new RepeatedSequenceError(state.taskId, event.streamSequence, state.streamSequence);
  }
  state.streamSequence = event.streamSequence;
  state.sequence = Math.max(state.sequence, event.sequenceNumber);
  state.eventCount += 1;
  state.countsByType[event.eventType] = (state.countsByType[event.eventType] ?? 0) + 1;
  if (isOver(state)) return warn(state, event, 'afterEnd', `came after the task was ${state.status}`);
  const handler = handlerOf(event.eventType);
  if (!handler) {
    if (!isDeclaredEventType(event.eventType)) warn(state, event, 'unknownType', 'is a type that no module declares');
    return;
  }
  const misfit = handler.misfit(event.data);
  if (misfit) return warn(state, event, 'invalidData', misfit);
  handler.apply(state, event.data as never, event);
}

/** The handler takes the payload that its name says; `misfit` has the last word on what really came. */
function handlerOf(type: string): Handler<never> | undefined {
  return Object.hasOwn(handlers, type) ? handlers[type as CodingType] : undefined;
}

export function isOver(state: Pick<TaskState, 'status'>): boolean {
  return state.status === 'completed' || state.status === 'failed' || state.status === 'cancelled';
}

type CodingType =
  | 'TASK_CREATED'
  | 'TASK_FORKED'
  | 'TASK_STARTED'
  | 'PLANNING_COMPLETE'
  | 'MODULE_STARTED'
  | 'CODE_GENERATED'
  | 'MODULE_ITERATION'
  | 'TEST_STARTED'
  | 'TEST_PASSED'
  | 'TEST_FAILED'
  | 'CORRECTION_STARTED'
  | 'CORRECTION_COMPLETED'
  | 'MODULE_COMPLETE'
  | 'DEAD_CODE_ANALYSIS'
  | 'TASK_COMPLETE'
  | 'TASK_FAILED'
  | 'TASK_CANCELLED'
  | 'PLAN_EDITED'
  | 'MODEL_CALL_COMPLETED'
  | 'MODEL_CALL_FAILED'
  | SteeringType;

const handlers: { readonly [T in CodingType]: Handler<T> } = {
  ...steeringHandlers,
  TASK_CREATED: {
    misfit: needs({ prompt: 'string' }),
    apply: (state, data, event) => {
      state.prompt = data.prompt;
      if (isObject(data.metadata)) state.metadata = data.metadata;
      if (data.requireApproval === true) state.approval = 'pending';
      state.createdAt = event.timestamp;
    },
  },
  TASK_FORKED: {
    misfit: needs({ from: 'string', atSequence: 'number' }),
    apply: (state, { from, atSequence }) => {
      state.forkedFrom = { taskId: from, sequence: atSequence };
    },
  },
  TASK_STARTED: {
    misfit: needs({}),
    apply: (state, data, event) => {
      state.brain = typeof data.brain === 'string' ? data.brain : null;
      state.startedAt ??= event.timestamp;
      if (state.status === 'created') state.status = 'planning';
    },
  },
  PLANNING_COMPLETE: { misfit: planMisfit, apply: (state, { plan }) => applyPlan(state, plan) },
  PLAN_EDITED: {
    misfit: planMisfit,
    apply: (state, { plan }, { codeVersion, vectorClock }) => {
      applyPlan(state, plan);
      if (codeVersion <= state.codeVersion) return;
      state.codeVersion = codeVersion;
      state.lastChange = { codeVersion, vectorClock, codeHash: null };
    },
  },
  MODULE_STARTED: {
    misfit: needs({ module: 'string' }),
    apply: (state, { module }) => {
      state.currentModule = module;
      changeModule(state, module, { status: 'generating' });
    },
  },
  CODE_GENERATED: {
    misfit: needs({ module: 'string', codeHash: 'string' }),
    apply: (state, data, event) => applyChange(state, data, event),
  },
  MODULE_ITERATION: {
    misfit: needs({ module: 'string', iteration: 'number' }),
    apply: (state, { module, iteration }) => changeModule(state, module, { iteration }),
  },
  TEST_STARTED: {
    misfit: needs({}),
    apply: (state, { module }, event) => {
      if (isStale(state, event)) return;
      if (typeof module === 'string') changeModule(state, module, { status: 'testing' });
    },
  },
  TEST_PASSED: {
    misfit: needs({ passed: 'number', failed: 'number' }),
    apply: (state, outcome, event) => applyTests(state, outcome, event, 'passing'),
  },
  TEST_FAILED: {
    misfit: needs({ passed: 'number', failed: 'number' }),
    apply: (state, outcome, event) => applyTests(state, outcome, event, 'failing'),
  },
  CORRECTION_STARTED: {
    misfit: needs({ module: 'string', iteration: 'number' }),
    apply: (state, { module, iteration }) => {
      state.currentModule = module;
      changeModule(state, module, { status: 'correcting', iteration });
    },
  },
  CORRECTION_COMPLETED: {
    misfit: needs({ module: 'string', codeHash: 'string' }),
    apply: (state, data, event) => {
      if (moduleOf(state.modules, data.module)?.status !== 'correcting') {
        warn(state, event, 'correctionNotStarted', `completes a correction of ${data.module} that was not started`);
      }
      if (event.causationId === null) warn(state, event, 'missingCause', 'does not say which event caused it');
      applyChange(state, data, event);
    },
  },
  MODULE_COMPLETE: {
    misfit: needs({ module: 'string' }),
    apply: (state, { module }) => {
      changeModule(state, module, { status: 'complete', lastError: null });
      state.progress = progressOf(state);
    },
  },
  MODEL_CALL_COMPLETED: { misfit: needs({}), apply: (state, call) => addUsage(state, call) },
  MODEL_CALL_FAILED: {
    misfit: needs({}),
    apply: (state, call) => {
      if (call.usage) addUsage(state, call);
    },
  },
  DEAD_CODE_ANALYSIS: { misfit: needs({}), apply: () => undefined },
  TASK_COMPLETE: {
    misfit: needs({}),
    apply: (state, { summary }, event) => {
      end(state, 'completed', event);
      state.summary = typeof summary === 'string' ? summary : null;
      state.progress = 1;
    },
  },
  TASK_FAILED: {
    misfit: needs({}),
    apply: (state, { code, reason }, event) => {
      end(state, 'failed', event);
      state.error = { code: code ?? 'UNKNOWN', reason: reason ?? '' };
    },
  },
  TASK_CANCELLED: { misfit: needs({}), apply: (state, _data, event) => end(state, 'cancelled', event) },
};

function applyPlan(state: TaskDraft, plan: Plan): void {
  state.plan = plan;
  if (state.approval === 'given') state.approval = 'pending';
  if (state.status === 'created' || state.status === 'planning') state.status = 'running';
  const known = state.modules;
  state.modules = {};
  for (const { path } of plan.modules) state.modules[path] = moduleOf(known, path) ?? newModule(path);
  state.progress = progressOf(state);
}

function applyChange(state: TaskDraft, change: CodeChange, event: StoredEvent): void {
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

function applyTests(state: TaskDraft, outcome: TestOutcome, event: StoredEvent, status: 'passing' | 'failing'): void {
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

function addUsage(
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

function isStale(state: TaskDraft, event: StoredEvent): boolean {
  if (event.codeVersion >= state.codeVersion) return false;
  state.ignored += 1;
  return true;
}

function end(state: TaskDraft, status: 'completed' | 'failed' | 'cancelled', event: StoredEvent): void {
  state.status = status;
  state.finishedAt = event.timestamp;
  state.currentModule = null;
  state.pause = null;
  state.questions = [];
}

function changeModule(state: TaskDraft, path: string, change: Partial<TaskModule>): void {
  state.modules[path] = { ...(moduleOf(state.modules, path) ?? newModule(path)), ...change };
}

/** A module may be called like anything, also like something that every object has. */
function moduleOf(modules: TaskState['modules'], path: string): TaskModule | undefined {
  return Object.hasOwn(modules, path) ? modules[path] : undefined;
}

function newModule(path: string): TaskModule {
  return {
    path,
    status: 'pending',
    iteration: 0,
    version: 0,
    codeHash: null,
    testsPassed: 0,
    testsFailed: 0,
    lastError: null,
  };
}

function progressOf(state: TaskDraft): number {
  const modules = Object.values(state.modules);
  return modules.length === 0 ? 0 : modules.filter(({ status }) => status === 'complete').length / modules.length;
}

/** One warning for each kind of oddity of an event type: a long stream of them stays readable. */
function warn(state: TaskDraft, event: StoredEvent, code: TaskWarning['code'], what: string): void {
  const message = `${event.eventType} ${what}`;
  if (state.warnings.length >= MAX_WARNINGS) return;
  if (state.warnings.some((warning) => warning.code === code && warning.message === message)) return;
  state.warnings.push({ code, message, streamSequence: event.streamSequence });
}

function planMisfit(data: unknown): string | null {
  const plan = isObject(data) ? data.plan : undefined;
  const modules = isObject(plan) ? plan.modules : undefined;
  if (!Array.isArray(modules)) return 'lacks the list plan.modules';
  return modules.every((module) => isObject(module) && typeof module.path === 'string')
    ? null
    : 'has a module without a path';
}
