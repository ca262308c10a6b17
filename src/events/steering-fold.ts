import type { EventPayloads, StoredEvent } from './event.ts';
import { type Handler, isObject, needs } from './fold-handler.ts';
import { isReportValidForCurrentCode } from './ordering.ts';
import type { TaskDraft, TaskState } from './task-state.ts';
import { vectorClockIssue } from './vector-clock.ts';

/** What people say to a task while it runs, and what it asks of them. */
export type SteeringType =
  | 'BUG_REPORT_RECEIVED'
  | 'USER_INTERVENTION'
  | 'TASK_PAUSED'
  | 'TASK_RESUMED'
  | 'QUESTIONS_ASKED'
  | 'QUESTIONS_ANSWERED'
  | 'PLAN_APPROVED'
  | 'PLAN_REJECTED';

export const steeringHandlers: { readonly [T in SteeringType]: Handler<T> } = {
  BUG_REPORT_RECEIVED: { misfit: reportMisfit, apply: (state, data, event) => judge(state, data, event) },
  USER_INTERVENTION: {
    misfit: needs({ guidance: 'string' }),
    apply: (state, { guidance, by }, event) => {
      state.interventions.push({ guidance, by, streamSequence: event.streamSequence });
    },
  },
  TASK_PAUSED: {
    misfit: needs({ code: 'string', reason: 'string' }),
    apply: (state, { code, reason, by }) => {
      state.pause = { code, reason, by };
      state.status = 'paused';
    },
  },
  TASK_RESUMED: {
    misfit: needs({}),
    apply: (state) => {
      state.pause = null;
      state.status = statusWithoutPause(state);
    },
  },
  QUESTIONS_ASKED: {
    misfit: questionsMisfit,
    apply: (state, { questions }) => {
      state.questions = questions;
    },
  },
  QUESTIONS_ANSWERED: {
    misfit: needs({}),
    apply: (state) => {
      state.questions = [];
    },
  },
  PLAN_APPROVED: {
    misfit: needs({ planHash: 'string' }),
    apply: (state) => {
      state.approval = 'given';
    },
  },
  PLAN_REJECTED: {
    misfit: needs({ planHash: 'string', reason: 'string' }),
    apply: (state) => {
      state.plan = null;
      state.modules = {};
      state.progress = 0;
      if (state.status !== 'paused') state.status = statusWithoutPause(state);
    },
  },
};

function statusWithoutPause(state: TaskDraft): TaskState['status'] {
  if (state.plan) return 'running';
  return state.startedAt === null ? 'created' : 'planning';
}

function questionsMisfit(data: unknown): string | null {
  const questions = isObject(data) ? data.questions : undefined;
  return Array.isArray(questions) && questions.every((question) => typeof question === 'string')
    ? null
    : 'lacks the list questions';
}

function judge(state: TaskDraft, data: EventPayloads['BUG_REPORT_RECEIVED'], event: StoredEvent): void {
  const { report, module } = data;
  const current = state.lastChange ?? { codeVersion: state.codeVersion, vectorClock: {}, codeHash: null };
  const blamed = typeof module === 'string' && Object.hasOwn(state.modules, module) ? state.modules[module] : undefined;
  const codeHash = blamed?.codeHash ?? current.codeHash;
  const { valid, decidedBy } = isReportValidForCurrentCode(report, { ...current, codeHash });
  const judged = { report, streamSequence: event.streamSequence, decidedBy };
  if (valid) state.acceptedBugReports.push(judged);
  else {
    state.ignoredBugReports.push(judged);
    state.ignored += 1;
  }
}

function reportMisfit(data: unknown): string | null {
  const report = isObject(data) ? data.report : undefined;
  if (!isObject(report)) return 'lacks the report';
  if (!Number.isSafeInteger(report.codeVersion)) return 'lacks the number report.codeVersion';
  return vectorClockIssue(report.vectorClock) ? 'lacks the clock report.vectorClock' : null;
}
