import type { Json } from '../kernel/json.ts';
import type { ExecutionPlan } from './execution-plan.ts';
import type { VectorClock } from './vector-clock.ts';

/**
 * What a file is for. `test`: the measure, never changed by a model; where the caller gives some, no model writes others.
 * `regression`: a test of an existing project: if it is green before the work, it must stay so; it is not the measure of
 * what is new. `fixture`: data that tests read.
 */
export type FileRole = 'source' | 'test' | 'regression' | 'fixture';

/** A file of a workspace with its content: the log holds the code itself, so any version can be restored from it. */
export interface SourceFile {
  /** Relative, with '/', inside the workspace. */
  readonly path: string;
  readonly content: string;
  readonly role: FileRole;
}

export interface PlannedModule {
  readonly path: string;
  readonly description: string;
  /** Paths of modules that must be complete first. */
  readonly dependsOn: readonly string[];
  /** What tests are to show, in plain sentences. */
  readonly testCases?: readonly string[];
}

export interface Plan {
  readonly objective: string;
  readonly language: string;
  readonly modules: readonly PlannedModule[];
  /** What the modules were derived from; absent in a short plan and in older logs. */
  readonly document?: ExecutionPlan;
}

/** Reaching one of them ends or pauses the task. Absent: the configured default or none. */
export interface TaskLimits {
  readonly maxIterations?: number;
  readonly maxTokens?: number;
  readonly maxCostUsd?: number;
  readonly maxSeconds?: number;
}

export interface TestResult {
  readonly name: string;
  readonly file: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  readonly message?: string;
}

export interface TestOutcome {
  /** The module under test; null for the whole suite. */
  readonly module: string | null;
  readonly passed: number;
  readonly failed: number;
  readonly results: readonly TestResult[];
  readonly durationMs: number;
  /** Which isolation the run had: bwrap, landlock or process. */
  readonly isolation: string;
  readonly exitCode: number | null;
  /** The end of what the run printed, at most 16 KiB. */
  readonly output: string;
  /** Bytes of output that were not kept. */
  readonly outputBytesCut: number;
  /** Why the run failed where no single test says so: a timeout, a memory limit, a syntax error, no test found. */
  readonly problem?: string;
  /** The regression tests were run before anything was planned: those that fail do not count from then on. */
  readonly trial?: true;
}

export interface CodeChange {
  readonly module: string;
  readonly files: readonly SourceFile[];
  /** SHA-256 of the module's code, hexadecimal. */
  readonly codeHash: string;
  /** The model call that gave the code; null when a person gave it. */
  readonly callId: string | null;
  /** The person who gave it; absent where a model did. */
  readonly by?: string;
}

/** Code that was tried for a module, and the tests that refused it. */
export interface Attempt {
  readonly module: string;
  readonly codeHash: string;
  /** Names of the tests that failed; empty when the run failed as a whole. */
  readonly failing: readonly string[];
  readonly problem?: string;
}

/** Why a task rests: somebody asked for it, or one of its limits is reached. */
export type PauseCode = 'USER' | 'LIMIT_TOKENS' | 'LIMIT_COST' | 'LIMIT_SECONDS' | 'LIMIT_ITERATIONS';

/** Code that nothing seems to need: a hint, no proof. */
export interface DeadCode {
  readonly path: string;
  readonly name: string;
  /** From 1. */
  readonly line: number;
  /** import, variable, function, class, unreachable, export of function … */
  readonly kind: string;
}

export interface BugReport {
  readonly description: string;
  readonly codeVersion: number;
  readonly vectorClock: VectorClock;
  readonly codeHash: string | null;
}

/** What to do about a model call that gave no usable answer. */
export type Remedy =
  /** The model could not be reached: the same call, later. */
  | 'later'
  /** There is no such model any more: the call is void, and asked anew of whoever answers now. */
  | 'anew'
  /** The answer was unusable: ask anew, with the problem quoted. */
  | 'differently'
  /** No further try can help. */
  | 'never';

declare module './event.ts' {
  interface EventPayloads {
    TASK_CREATED: {
      prompt: string;
      answers: readonly string[];
      /** 0 (most urgent) to 100. */
      priority: number;
      language: string | null;
      files: readonly SourceFile[];
      modules: readonly PlannedModule[] | null;
      /** A whole plan instead of modules. Absent: none was given. */
      plan?: ExecutionPlan;
      limits: TaskLimits;
      models: { readonly planner?: string; readonly executor?: string };
      metadata: Readonly<Record<string, string>>;
      /** The plan has to be approved before anything is built. Absent: no. */
      requireApproval?: boolean;
      /** Whose turn the task takes in the queue, by their own word; absent: they did not say. */
      submitter?: string;
    };
    /**
     * Everything before it was copied from another task, with ids of its own and the time stamps of the original. What
     * was open there (model calls without an answer, leases) is void here.
     */
    TASK_FORKED: {
      from: string;
      /** Stream sequence of the last event that was copied. */
      atSequence: number;
      /** 0 (most urgent) to 100. Absent: as in TASK_CREATED. */
      priority?: number;
      /** On whose behalf. Absent: as in TASK_CREATED. */
      submitter?: string;
    };
    TASK_STARTED: { brain: string };
    PLANNING_COMPLETE: { plan: Plan; source: 'caller' | 'model'; callId: string | null };
    MODULE_STARTED: { module: string };
    CODE_GENERATED: CodeChange;
    MODULE_ITERATION: { module: string; iteration: number };
    TEST_STARTED: { module: string | null; files: readonly string[] };
    TEST_PASSED: TestOutcome;
    TEST_FAILED: TestOutcome;
    CORRECTION_STARTED: { module: string; iteration: number; failures: readonly string[] };
    CORRECTION_COMPLETED: CodeChange & { iteration: number };
    /** Whether it counts follows from the report and the newest change; `module` is what is then corrected. */
    BUG_REPORT_RECEIVED: { report: BugReport; module?: string | null; by?: string };
    /** `priority` is its place in a prompt: it goes in before everything else. Absent in old logs, where it was the same. */
    USER_INTERVENTION: { guidance: string; by: string; priority?: 'CRITICAL' };
    /** Nothing new is begun until TASK_RESUMED; what is in flight ends and is recorded. */
    TASK_PAUSED: { code: PauseCode; reason: string; by: string };
    /** `limits` replace those of the same name. */
    TASK_RESUMED: { by: string; limits?: TaskLimits };
    /** The planner needs answers before it can plan. */
    QUESTIONS_ASKED: { questions: readonly string[]; callId: string };
    /** One answer for each question, in their order. */
    QUESTIONS_ANSWERED: { answers: readonly string[]; by: string };
    /** `planHash` is SHA-256 of the plan that was seen, hexadecimal. */
    PLAN_APPROVED: { planHash: string; by: string };
    /** The planner plans anew, with the reason. `removed` are files that were made by the plan. */
    PLAN_REJECTED: { planHash: string; reason: string; removed: readonly string[]; by: string };
    /**
     * Modules whose definition changed, and those that depend on them, are built anew; `removed` are files that no
     * module of the new plan owns. An approval of the plan before is void.
     */
    PLAN_EDITED: { plan: Plan; replaces: string; removed: readonly string[]; by: string };
    MODEL_CALL_COMPLETED: {
      /** The event that requested it. */
      callId: string;
      answer: Json;
      /** Who gave it: the brain's provider, or the claimant of the work item. */
      by: string;
      model: string | null;
      usage: { readonly inputTokens: number; readonly outputTokens: number } | null;
      durationMs: number;
      /** How often the model was asked until the answer fitted its schema. */
      attempts: number;
      /** US dollars; absent where no price is known. */
      costUsd?: number;
    };
    MODEL_CALL_FAILED: {
      callId: string;
      code: string;
      reason: string;
      remedy: Remedy;
      /** ISO 8601; with remedy `later` only. */
      retryAt: string | null;
      /** Of the answers that could not be used; absent where there were none, or nobody counted. */
      usage?: { readonly inputTokens: number; readonly outputTokens: number };
      costUsd?: number;
    };
    MODULE_COMPLETE: { module: string; iterations: number };
    /** Looked for once the task was completed, and no part of its outcome: it comes after the end. */
    DEAD_CODE_ANALYSIS: {
      /** What looked, such as `typescript 6.0.3`; null where nothing could. */
      analyser: string | null;
      /** By path and line; at most 200. */
      findings: readonly DeadCode[];
      /** How many more there were. */
      findingsCut: number;
      /** Why it could not be done, and what would help. */
      problem?: string;
    };
    TASK_COMPLETE: { summary: string };
    TASK_FAILED: { code: string; reason: string; tried?: readonly Attempt[] };
    TASK_CANCELLED: { by: string; reason: string };
  }
}
