import type { EventWithDataOf } from './event.ts';
import { isDeclaredEventType } from './event-types.ts';
import { RepeatedSequenceError } from './events.errors.ts';
import type { Handler } from './fold-handler.ts';
import { findingsMisfit, isObject, needs, planMisfit } from './payload-misfit.ts';
import { steeringHandlers, type SteeringType } from './steering-fold.ts';
import { addUsage, applyChange, applyPlan, applyRemoval, applyTests, end, isStale } from './task-changes.ts';
import { changeModule, isOver, moduleOf, progressOf, type TaskDraft, warn } from './task-draft.ts';

/**
 * Applies one event. Stale facts are counted and not applied, odd ones become warnings: no event ever breaks the fold.
 * Throws RepeatedSequenceError when the event does not come after those before it.
 */
export function foldEvent(state: TaskDraft, event: EventWithDataOf<FoldedType>): void {
  if (event.streamSequence <= state.streamSequence) {
    throw new RepeatedSequenceError(state.taskId, event.streamSequence, state.streamSequence);
  }
  state.streamSequence = event.streamSequence;
  state.sequence = Math.max(state.sequence, event.sequenceNumber);
  state.eventCount += 1;
  state.countsByType[event.eventType] = (state.countsByType[event.eventType] ?? 0) + 1;
  if (isOver(state) && event.eventType !== 'DEAD_CODE_ANALYSIS')
    return warn(state, event, 'afterEnd', `came after the task was ${state.status}`);
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
  return Object.hasOwn(handlers, type) ? handlers[type as FoldedType] : undefined;
}

/** The types whose data the fold looks at. */
export type FoldedType =
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

const handlers: { readonly [T in FoldedType]: Handler<T> } = {
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
    apply: (state, { plan }, event) => {
      applyPlan(state, plan);
      applyRemoval(state, event);
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
  DEAD_CODE_ANALYSIS: {
    misfit: findingsMisfit,
    apply: (state, { analyser, findings, findingsCut, problem }, { codeVersion, streamSequence }) => {
      state.deadCode = {
        analyser: analyser ?? null,
        findings,
        findingsCut: findingsCut ?? 0,
        problem: problem ?? null,
        codeVersion,
        streamSequence,
      };
    },
  },
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

export const foldedTypes: readonly FoldedType[] = Object.keys(handlers) as FoldedType[];
