import type { BugReport, DeadCode, PauseCode, Plan } from './coding-events.ts';
import type { VectorClock } from './vector-clock.ts';

export type TaskLifecycle = 'created' | 'planning' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled';

export type ModuleStatus = 'pending' | 'generating' | 'testing' | 'failing' | 'correcting' | 'passing' | 'complete';

export interface TaskModule {
  readonly path: string;
  readonly status: ModuleStatus;
  /** Corrections so far. */
  readonly iteration: number;
  /** Code version that its code came with; 0 before. */
  readonly version: number;
  readonly codeHash: string | null;
  /** Of the last test run that counted. */
  readonly testsPassed: number;
  readonly testsFailed: number;
  readonly lastError: string | null;
}

export interface Intervention {
  readonly guidance: string;
  readonly by: string;
  readonly streamSequence: number;
}

export interface JudgedReport {
  readonly report: BugReport;
  readonly streamSequence: number;
  /** The check that decided, in the words of ReportCheck. */
  readonly decidedBy: string;
}

export interface TaskWarning {
  readonly code: 'unknownType' | 'invalidData' | 'afterEnd' | 'correctionNotStarted' | 'missingCause';
  readonly message: string;
  /** Where it was seen first. */
  readonly streamSequence: number;
}

/** The newest accepted code change: what a bug report is judged by. */
export interface LastChange {
  readonly codeVersion: number;
  readonly vectorClock: VectorClock;
  readonly codeHash: string | null;
}

/** What was looked for after the end. */
export interface DeadCodeAnalysis {
  /** What looked; null where nothing could, for the reason in `problem`. */
  readonly analyser: string | null;
  readonly findings: readonly DeadCode[];
  /** How many more there were. */
  readonly findingsCut: number;
  readonly problem: string | null;
  readonly codeVersion: number;
  readonly streamSequence: number;
}

/** A coding task as its events tell it. */
export interface TaskState {
  readonly taskId: string;
  readonly status: TaskLifecycle;
  readonly prompt: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly brain: string | null;
  /** The task that this one was forked from, and its last event that is in both. */
  readonly forkedFrom: { readonly taskId: string; readonly sequence: number } | null;
  readonly codeVersion: number;
  readonly currentModule: string | null;
  /** By path, in the order of the plan. */
  readonly modules: Readonly<Record<string, TaskModule>>;
  readonly plan: Plan | null;
  /** Of the plan as it is now; after an edit it has to be given again. */
  readonly approval: 'notNeeded' | 'pending' | 'given';
  /** That wait for answers. */
  readonly questions: readonly string[];
  readonly pause: { readonly code: PauseCode; readonly reason: string; readonly by: string } | null;
  readonly interventions: readonly Intervention[];
  readonly acceptedBugReports: readonly JudgedReport[];
  readonly ignoredBugReports: readonly JudgedReport[];
  readonly lastChange: LastChange | null;
  /** Of all model calls that were answered; tokens and US dollars as far as they are known. */
  readonly usage: {
    readonly calls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly costUsd: number;
  };
  /** 0 to 1: the part of the planned modules that is complete. */
  readonly progress: number;
  readonly eventCount: number;
  readonly countsByType: Readonly<Record<string, number>>;
  /** Facts that came too late to count. */
  readonly ignored: number;
  /** The first 100. */
  readonly warnings: readonly TaskWarning[];
  readonly summary: string | null;
  /** The newest, or null. */
  readonly deadCode: DeadCodeAnalysis | null;
  readonly error: { readonly code: string; readonly reason: string } | null;
  /** Position of the newest event in this stream, and in the whole log. */
  readonly streamSequence: number;
  readonly sequence: number;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** What is known of a task without events. */
export function initialTaskState(taskId: string): TaskState {
  return {
    taskId,
    status: 'created',
    prompt: '',
    metadata: {},
    brain: null,
    forkedFrom: null,
    codeVersion: 0,
    currentModule: null,
    modules: {},
    plan: null,
    approval: 'notNeeded',
    questions: [],
    pause: null,
    usage: { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 },
    interventions: [],
    acceptedBugReports: [],
    ignoredBugReports: [],
    lastChange: null,
    progress: 0,
    eventCount: 0,
    countsByType: {},
    ignored: 0,
    warnings: [],
    summary: null,
    deadCode: null,
    error: null,
    streamSequence: 0,
    sequence: 0,
    createdAt: null,
    startedAt: null,
    finishedAt: null,
  };
}
