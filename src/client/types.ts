import type { ExecutionPlan, GivenPlan } from './plan-types.ts';

/** What the REST API takes and gives. The OpenAPI document of the server (/docs-json) says the same, with the limits. */

export type TaskStatus =
  | 'created'
  | 'queued'
  | 'planning'
  | 'awaitingModel'
  | 'awaitingAnswers'
  | 'awaitingApproval'
  | 'running'
  | 'paused'
  | 'completed'
  | 'failed'
  | 'cancelled';

export type FileRole = 'test' | 'regression' | 'source' | 'fixture';

export interface NewTask {
  /** What to build. */
  readonly prompt: string;
  readonly answers?: readonly string[];
  /** critical, high, medium, low, or 0 (most urgent) to 100. */
  readonly priority?: string | number;
  /** Your own id; default: a new UUID. */
  readonly taskId?: string;
  readonly language?: string;
  readonly files?: readonly { readonly path: string; readonly content: string; readonly role?: FileRole }[];
  readonly modules?: readonly {
    readonly path: string;
    readonly description?: string;
    readonly dependsOn?: readonly string[];
  }[];
  /** A whole plan instead of modules: an object, or its Markdown. */
  readonly plan?: GivenPlan;
  /** Stop after planning until the plan is approved. */
  readonly requireApproval?: boolean;
  readonly limits?: Limits;
  readonly models?: { readonly planner?: string; readonly executor?: string };
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a task may use up: at a limit it pauses and asks. */
export interface Limits {
  /** Corrections of one module. */
  readonly maxIterations?: number;
  readonly maxTokens?: number;
  readonly maxCostUsd?: number;
  /** In a slot. */
  readonly maxSeconds?: number;
}

/** Why a task rests. */
export interface Pause {
  readonly code: 'USER' | 'LIMIT_TOKENS' | 'LIMIT_COST' | 'LIMIT_SECONDS' | 'LIMIT_ITERATIONS';
  readonly reason: string;
  readonly by: string;
}

/** What model calls took, as far as it is known. */
export interface Usage {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
}

export interface TaskModule {
  readonly path: string;
  readonly status: string;
  readonly iteration: number;
  readonly version: number;
  readonly codeHash: string | null;
  readonly testsPassed: number;
  readonly testsFailed: number;
  readonly lastError: string | null;
}

export interface TaskError {
  readonly code: string;
  readonly reason: string;
}

export interface ForkedFrom {
  readonly taskId: string;
  readonly sequence: number;
}

/** What was found after the end that nothing seems to need. */
export interface DeadCodeAnalysis {
  /** What looked; null where nothing could, for the reason in `problem`. */
  readonly analyser: string | null;
  readonly findings: readonly {
    readonly path: string;
    readonly name: string;
    /** From 1. */
    readonly line: number;
    readonly kind: string;
  }[];
  /** How many more there were. */
  readonly findingsCut: number;
  readonly problem: string | null;
  readonly codeVersion: number;
  readonly streamSequence: number;
}

export interface Task {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly prompt: string;
  readonly brain: string | null;
  readonly currentModule: string | null;
  readonly iteration: number;
  /** 0 to 1. */
  readonly progress: number;
  readonly codeVersion: number;
  /** Stream sequence of the newest event. */
  readonly sequence: number;
  readonly modules: readonly TaskModule[];
  readonly waitingFor: { readonly reason: string; readonly detail: string; readonly until: string | null } | null;
  readonly pause: Pause | null;
  /** That wait for answers, in this order. */
  readonly questions: readonly string[];
  readonly approval: 'notNeeded' | 'pending' | 'given';
  readonly usage: Usage;
  readonly error: TaskError | null;
  readonly summary: string | null;
  /** Null: not looked for yet. */
  readonly deadCode: DeadCodeAnalysis | null;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** The task that this one was forked from, and its last event that is in both. */
  readonly forkedFrom: ForkedFrom | null;
  readonly websocketUrl: string;
  readonly links: Readonly<Record<'self' | 'events' | 'state' | 'plan' | 'files' | 'interventions', string>>;
}

/** Which tasks are wanted. */
export interface TaskQuery {
  readonly status?: TaskStatus;
  readonly language?: string;
  /** Entries that a task was given, all of them. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Words of the prompt, in any order; the last one may be a beginning. */
  readonly text?: string;
  /** ISO 8601 moments, both included. */
  readonly createdAfter?: string;
  readonly createdBefore?: string;
  readonly limit?: number;
  /** `nextBefore` of the page before. */
  readonly before?: number;
}

export interface TaskPage {
  readonly tasks: readonly Task[];
  /** Give it as `before` for the next page; null at the end. */
  readonly nextBefore: number | null;
}

/** An event as it is stored. */
export interface Event {
  readonly eventId: string;
  readonly taskId: string;
  readonly eventType: string;
  readonly timestamp: string;
  readonly sequenceNumber: number;
  readonly streamSequence: number;
  readonly vectorClock: Readonly<Record<string, number>>;
  readonly causationId: string | null;
  readonly correlationId: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly codeVersion: number;
  /** Who brought it in; absent where the server did it of itself. */
  readonly actor?: Actor;
}

/** Who acted, and by which door. */
export interface Actor {
  /** The name of the key, or `local` where none is needed. */
  readonly name: string;
  readonly proof: 'key' | 'token' | 'worker-token' | 'loopback' | 'none';
  readonly keyId: string | null;
  readonly role: 'viewer' | 'operator' | 'worker' | 'admin' | null;
  readonly door: 'rest' | 'socket' | 'mcp' | 'cli' | 'schedule' | 'system';
  readonly correlationId: string | null;
}

export interface EventPage {
  readonly events: readonly Event[];
  /** Give it as `afterSequence` for what comes next. */
  readonly nextAfterSequence: number;
}

export interface PlanDraft {
  readonly objective: string;
  readonly language: string;
  readonly modules: readonly {
    readonly path: string;
    readonly description: string;
    readonly dependsOn: readonly string[];
    readonly testCases?: readonly string[];
  }[];
}

export interface Plan extends PlanDraft {
  /** What the modules were derived from, or what they come to as a document. */
  readonly document: ExecutionPlan;
  /** Names this plan: give it to approve, reject or edit. */
  readonly planHash: string;
}

/** A bug as you saw it. */
export interface BugReport {
  readonly description: string;
  /** The code version that you looked at. */
  readonly codeVersion: number;
  readonly codeHash?: string;
  readonly vectorClock?: Readonly<Record<string, number>>;
  /** Path of the module to blame. */
  readonly module?: string;
  readonly by?: string;
}

export interface BugReportAnswer {
  /** It starts a correction; else it came too late and is only recorded. */
  readonly accepted: boolean;
  readonly decidedBy: string;
  readonly task: Task;
}

export type WaitKind =
  'nothing' | 'slot' | 'dependency' | 'model' | 'answer' | 'approval' | 'resume' | 'agent' | 'time' | 'other';

/** What keeps a task from going on. */
export interface Why {
  readonly taskId: string;
  readonly status: TaskStatus;
  /** `nothing`: it runs or is over; `other`: a reason of its own, in detail. */
  readonly waitsFor: WaitKind;
  readonly detail: string;
  /** The tasks that have to end first, or that hold the slots. */
  readonly tasks: readonly string[];
  /** ISO 8601, where it goes on by itself then. */
  readonly until: string | null;
}

/** A task as its events tell it, now or at a past moment. */
export interface TaskState {
  readonly taskId: string;
  readonly status: 'created' | 'planning' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled';
  readonly prompt: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly brain: string | null;
  readonly forkedFrom: ForkedFrom | null;
  readonly codeVersion: number;
  readonly currentModule: string | null;
  readonly modules: Readonly<Record<string, TaskModule>>;
  readonly plan: (PlanDraft & { readonly document?: ExecutionPlan }) | null;
  readonly interventions: readonly {
    readonly guidance: string;
    readonly by: string;
    readonly streamSequence: number;
  }[];
  readonly pause: Pause | null;
  /** That wait for answers, in this order. */
  readonly questions: readonly string[];
  readonly approval: 'notNeeded' | 'pending' | 'given';
  readonly usage: Usage;
  readonly progress: number;
  readonly eventCount: number;
  readonly countsByType: Readonly<Record<string, number>>;
  readonly ignored: number;
  readonly summary: string | null;
  /** Null: not looked for yet. */
  readonly deadCode: DeadCodeAnalysis | null;
  readonly error: TaskError | null;
  readonly streamSequence: number;
  readonly sequence: number;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export interface FileList {
  /** Code version that the files stand at. */
  readonly version: number;
  readonly files: readonly {
    readonly path: string;
    readonly size: number;
    readonly sha256: string;
    readonly role: FileRole;
  }[];
}

/** A model call that waits for somebody to answer it. */
export interface WorkItem {
  readonly id: string;
  readonly taskId: string;
  readonly role: string;
  readonly kind: string;
  readonly module: string | null;
  readonly requestedAt: string;
  readonly claimedBy: string | null;
  readonly leaseUntil: string | null;
}

export interface ClaimedWorkItem extends WorkItem {
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
  /** JSON Schema that the answer must fit. */
  readonly answerSchema: Readonly<Record<string, unknown>>;
  /** Proof of the claim: give it with the answer. */
  readonly leaseToken: string;
}

export interface PartHealth {
  readonly status: 'up' | 'down';
  readonly detail: string;
}

export interface Health {
  readonly status: string;
  readonly brain: string;
  readonly parts: Readonly<Record<string, PartHealth>>;
}
