/** How a task is to be forked. */
export interface Fork {
  /** Last event that the new task has too. Default: the newest. */
  readonly afterSequence?: number;
  /** Your own id; default: a new UUID. */
  readonly taskId?: string;
  /** critical, high, medium, low, or 0 (most urgent) to 100. Default: that of the other task. */
  readonly priority?: string | number;
}

/** What a task decided after one of its events. */
export interface TaskStep {
  readonly sequence: number;
  readonly eventType: string;
  readonly timestamp: string;
  readonly codeVersion: number;
  readonly decision: 'act' | 'wait' | 'done';
  /** Steps that were due, those in flight included. */
  readonly actions: readonly string[];
  readonly wait: { readonly reason: string; readonly detail: string; readonly until: string | null } | null;
  readonly outcome: 'completed' | 'failed' | 'cancelled' | null;
}

export interface StepPage {
  readonly steps: readonly TaskStep[];
  /** Give it as `afterSequence` for what comes next. */
  readonly nextAfterSequence: number;
}

export interface PartingEvent {
  readonly sequence: number;
  readonly eventId: string;
  readonly eventType: string;
}

/** Where the events of two tasks part. */
export interface Comparison {
  readonly taskId: string;
  readonly other: string;
  /** `continuation`: one goes on where the other ends; `type`: something else happened; `data`: the same with other data. */
  readonly kind: 'none' | 'continuation' | 'type' | 'data';
  /** How many events both begin with. */
  readonly samePrefix: number;
  /** Null: it ends before. */
  readonly event: PartingEvent | null;
  readonly otherEvent: PartingEvent | null;
  /** With `data`: what is different, such as `data.files[0].content`. */
  readonly paths: readonly string[];
}
