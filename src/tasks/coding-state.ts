import type {
  Attempt,
  EventPayloads,
  Plan,
  PlannedModule,
  SourceFile,
  TaskLimits,
  TestOutcome,
  VectorClock,
} from '../events/index.ts';
import type { Json } from '../kernel/json.ts';
import type { Outcome } from '../orchestrator/index.ts';

export type ModulePhase =
  /** Its dependencies are not complete, or it was not begun. */
  | 'pending'
  /** A model is to write its tests. */
  | 'tests'
  /** A model is to write its code. */
  | 'code'
  /** Its tests are to run. */
  | 'verify'
  /** They failed: a correction is to begin. */
  | 'failed'
  /** A model is to correct it. */
  | 'fix'
  | 'complete';

export interface ModuleState extends PlannedModule {
  readonly phase: ModulePhase;
  /** Corrections so far. */
  readonly iteration: number;
  /** Unusable answers since the last usable one. */
  readonly badAnswers: number;
  /** What was wrong with the last answer, to be quoted when asking anew. */
  readonly problems: readonly string[];
  readonly failure: TestOutcome | null;
  readonly codeHash: string | null;
  /** Every code that its tests refused, in order. */
  readonly attempts: readonly Attempt[];
  /** Corrections in a row that brought nothing: the same code again, or whatever failed before still fails. */
  readonly stalls: number;
  /** Corrections that do not count against the limit: those before it was complete and somebody reported a bug. */
  readonly forgiven: number;
  /** Bug reports that its next code has to answer. */
  readonly reports: readonly string[];
}

/** A model call that was requested and whose answer has not been used yet. */
export interface OpenCall {
  readonly request: EventPayloads['MODEL_CALL_REQUESTED'];
  readonly requestedAt: string;
  readonly answer: { readonly value: Json } | null;
  /** How often it could not be reached. */
  readonly failures: number;
  readonly unavailable: { readonly until: string; readonly reason: string } | null;
  readonly lease: { readonly by: string; readonly hash: string; readonly until: string } | null;
}

/** Everything that decides what a coding task does next: nothing but its folded events. */
export interface CodingState {
  readonly taskId: string;
  readonly created: EventPayloads['TASK_CREATED'] | null;
  /** The task whose first events are these; null for one of its own. */
  readonly forkedFrom: string | null;
  readonly started: boolean;
  readonly plan: Plan | null;
  /** Plans that could not be used, and why the last one could not. */
  readonly badPlans: number;
  readonly planProblems: readonly string[];
  readonly modules: ReadonlyMap<string, ModuleState>;
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly codeVersion: number;
  readonly calls: ReadonlyMap<string, OpenCall>;
  readonly guidance: readonly string[];
  /** As the task was given them, and as people have raised them since. */
  readonly limits: TaskLimits;
  readonly tokensUsed: number;
  /** US dollars, of the calls whose price is known. */
  readonly costUsd: number;
  readonly pause: { readonly code: string; readonly reason: string } | null;
  /** That the planner waits to have answered. */
  readonly questions: readonly string[];
  /** How often it has asked. */
  readonly questionRounds: number;
  readonly answered: readonly { readonly question: string; readonly answer: string }[];
  readonly approval: 'notNeeded' | 'pending' | 'given';
  /** The newest change of the code: what a bug report is judged by. */
  readonly lastChange: {
    readonly codeVersion: number;
    readonly vectorClock: VectorClock;
    readonly codeHash: string | null;
  };
  readonly suite: TestOutcome | null;
  /** Set when no further try can help: the task is to be failed with it. */
  readonly hopeless: { readonly code: string; readonly reason: string } | null;
  readonly outcome: Outcome | null;
}

/** A module of a plan before anything was done for it. */
export function newModule(planned: PlannedModule): ModuleState {
  return {
    ...planned,
    phase: 'pending',
    iteration: 0,
    badAnswers: 0,
    problems: [],
    failure: null,
    codeHash: null,
    attempts: [],
    stalls: 0,
    forgiven: 0,
    reports: [],
  };
}

export function initialCodingState(taskId: string): CodingState {
  return {
    taskId,
    created: null,
    forkedFrom: null,
    started: false,
    plan: null,
    badPlans: 0,
    planProblems: [],
    modules: new Map(),
    files: new Map(),
    codeVersion: 0,
    calls: new Map(),
    guidance: [],
    limits: {},
    tokensUsed: 0,
    costUsd: 0,
    pause: null,
    questions: [],
    questionRounds: 0,
    answered: [],
    approval: 'notNeeded',
    lastChange: { codeVersion: 0, vectorClock: {}, codeHash: null },
    suite: null,
    hopeless: null,
    outcome: null,
  };
}
