import type { VectorClock } from './vector-clock.ts';

export type FileRole = 'source' | 'test' | 'fixture';

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
}

export interface CodeChange {
  readonly module: string;
  readonly files: readonly SourceFile[];
  /** SHA-256 of the module's code, hexadecimal. */
  readonly codeHash: string;
  /** The model call that gave the code; null when a person gave it. */
  readonly callId: string | null;
}

/** Code that was tried for a module, and the tests that refused it. */
export interface Attempt {
  readonly module: string;
  readonly codeHash: string;
  /** Names of the tests that failed; empty when the run failed as a whole. */
  readonly failing: readonly string[];
  readonly problem?: string;
}

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
      limits: TaskLimits;
      models: { readonly planner?: string; readonly executor?: string };
      metadata: Readonly<Record<string, string>>;
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
    BUG_REPORT_RECEIVED: { report: BugReport };
    USER_INTERVENTION: { guidance: string; by: string };
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
