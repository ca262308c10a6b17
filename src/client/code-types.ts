import type { FileList, PlanDraft } from './types.ts';

/** What put a file, or a version of the code, where it is. */
export type CodeOrigin = 'given' | 'testsWritten' | 'generated' | 'corrected' | 'byHand' | 'planEdited';

export interface CodeVersion {
  /** 0: what the caller gave. */
  readonly version: number;
  /** Stream sequence of the event that made it. */
  readonly sequence: number;
  readonly eventType: string;
  readonly timestamp: string;
  readonly module: string | null;
  readonly origin: CodeOrigin;
  readonly callId: string | null;
  /** What it has and the version before has not. */
  readonly files: readonly (FileList['files'][number] & {
    readonly change: 'added' | 'changed' | 'removed';
    readonly origin: CodeOrigin;
    readonly sequence: number;
    readonly callId: string | null;
  })[];
}

/** What is different between two versions of the code. */
export interface CodeDiff {
  readonly taskId: string;
  readonly from: number;
  readonly to: number;
  readonly files: readonly {
    readonly path: string;
    readonly change: 'added' | 'changed' | 'removed';
    readonly linesAdded: number;
    readonly linesRemoved: number;
    /** As `git apply` and `patch -p1` take it. */
    readonly patch: string;
  }[];
}

/** A model call that gave code, tests or a plan. */
export interface ModelCall {
  readonly callId: string;
  readonly signature: string;
  readonly role: string;
  /** Null: whoever claimed the question. */
  readonly model: string | null;
  readonly by: string | null;
  readonly promptHash: string;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null;
  /** Stream sequences of the request and of its answer. */
  readonly requested: number;
  readonly answered: number | null;
}

/** A test run, by name. */
export interface TestRun {
  readonly sequence: number;
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly message: string | null }[];
  readonly problem: string | null;
}

/** Why some lines of a file are as they are. */
export interface ChangeExplanation {
  readonly origin: CodeOrigin;
  readonly version: number;
  readonly sequence: number;
  readonly eventType: string;
  readonly timestamp: string;
  readonly module: string | null;
  readonly call: ModelCall | null;
  readonly plan: {
    readonly sequence: number;
    readonly source: 'caller' | 'model' | 'edited';
    readonly objective: string;
    readonly module: PlanDraft['modules'][number];
    readonly call: ModelCall | null;
  } | null;
  /** The run that made a correction necessary. */
  readonly testsBefore: TestRun | null;
  /** The first run after it, and the first that passed. */
  readonly testsAfter: TestRun | null;
  readonly testsPassed: TestRun | null;
  /** From the prompt to the change. */
  readonly causes: readonly {
    readonly sequence: number;
    readonly eventId: string;
    readonly eventType: string;
    readonly timestamp: string;
  }[];
}

export interface FileExplanation {
  readonly taskId: string;
  readonly path: string;
  readonly version: number;
  /** Neighbouring lines that came with one change, in order; the first line is 1. */
  readonly lines: readonly {
    readonly from: number;
    readonly to: number;
    readonly lines: readonly string[];
    readonly change: ChangeExplanation;
  }[];
}
