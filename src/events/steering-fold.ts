import type { Handler } from './fold-handler.ts';
import { isObject, needs, reportMisfit } from './payload-misfit.ts';
import { applyRemoval, judge } from './task-changes.ts';
import type { TaskDraft } from './task-draft.ts';
import type { TaskState } from './task-state.ts';

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
    apply: (state, _data, event) => {
      applyRemoval(state, event);
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
