import type { EventOutline } from './event.ts';
import type { Intervention, JudgedReport, TaskModule, TaskState, TaskWarning } from './task-state.ts';

const MAX_WARNINGS = 100;

/** A state under construction: owned by one fold, so it may change in place. Modules are replaced, never changed. */
export type TaskDraft = { -readonly [K in keyof TaskState]: TaskState[K] } & {
  modules: Record<string, TaskModule>;
  countsByType: Record<string, number>;
  interventions: Intervention[];
  acceptedBugReports: JudgedReport[];
  ignoredBugReports: JudgedReport[];
  warnings: TaskWarning[];
};

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

export function isOver(state: Pick<TaskState, 'status'>): boolean {
  return state.status === 'completed' || state.status === 'failed' || state.status === 'cancelled';
}

export function changeModule(state: TaskDraft, path: string, change: Partial<TaskModule>): void {
  state.modules[path] = { ...(moduleOf(state.modules, path) ?? newModule(path)), ...change };
}

/** A module may be called like anything, also like something that every object has. */
export function moduleOf(modules: TaskState['modules'], path: string): TaskModule | undefined {
  return Object.hasOwn(modules, path) ? modules[path] : undefined;
}

export function newModule(path: string): TaskModule {
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

export function progressOf(state: TaskDraft): number {
  const modules = Object.values(state.modules);
  return modules.length === 0 ? 0 : modules.filter(({ status }) => status === 'complete').length / modules.length;
}

/** One warning for each kind of oddity of an event type: a long stream of them stays readable. */
export function warn(state: TaskDraft, event: EventOutline, code: TaskWarning['code'], what: string): void {
  const message = `${event.eventType} ${what}`;
  if (state.warnings.length >= MAX_WARNINGS) return;
  if (state.warnings.some((warning) => warning.code === code && warning.message === message)) return;
  state.warnings.push({ code, message, streamSequence: event.streamSequence });
}
