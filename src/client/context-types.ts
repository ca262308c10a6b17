/** One piece of what there was to tell a model. */
export interface ContextPart {
  readonly part: string;
  /** Where it stands, in this order; absent in old logs. */
  readonly layer?: 'system' | 'state' | 'history' | 'event';
  /** CRITICAL is always in, the others as far as there is room; absent in old logs. */
  readonly level?: 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW';
  readonly tokens: number;
  readonly why: string;
  readonly included: boolean;
}

/** What a model was told, and what it was not. */
export interface TaskContext {
  readonly taskId: string;
  /** Stream sequence of the call. */
  readonly sequence: number;
  readonly timestamp: string;
  readonly callId: string;
  readonly signature: string;
  readonly role: string;
  /** Null: it is about the whole task. */
  readonly module: string | null;
  /** Null: whoever claims the call. */
  readonly model: string | null;
  /** Of the whole prompt, what it might take, and the model's window; null in old logs. */
  readonly tokens: number | null;
  readonly promptTokens: number | null;
  readonly contextTokens: number | null;
  readonly passedOver: readonly { readonly model: string; readonly reason: string }[];
  readonly parts: readonly ContextPart[];
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
  readonly promptHash: string;
  /** How the prompt made again from the events before it compares with what was sent. */
  readonly rebuilt: 'same' | 'different' | 'impossible';
}

/** For which file, and for whom. */
export interface BriefingQuery {
  readonly path: string;
  /** What is to be done with it, in words. */
  readonly about?: string | undefined;
  /** Whose tokens count, and whose window is the budget. Default: tokens are estimated. */
  readonly model?: string | undefined;
  /** The budget. Default: the window of the model, else 8,192. */
  readonly tokens?: number | undefined;
  /** What was known by this stream sequence. Default: now. */
  readonly sequence?: number | undefined;
}

/** What there is to know for work on one file of a task. */
export interface Briefing {
  readonly taskId: string;
  readonly path: string;
  /** Stream sequence of the newest event that it knows. */
  readonly sequence: number;
  /** Null: its tokens are estimated. */
  readonly model: string | null;
  /** Of which it takes at most 80 %. */
  readonly budgetTokens: number;
  readonly tokens: number;
  readonly text: string;
  /** All that there was to tell; `cut`: it is in, and not all of it. */
  readonly parts: readonly {
    readonly part: string;
    readonly tokens: number;
    readonly why: string;
    readonly included: boolean;
    readonly cut?: boolean;
  }[];
}
