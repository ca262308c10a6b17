import type { LanguageModel } from './language-model.ts';

/** The token of the one Brain that was resolved at start. */
export const BRAIN = Symbol('Brain');

/** What models are chosen by: each role has its setting (PLANNER_MODEL …). */
export const modelRoles = ['planner', 'executor', 'summarizer'] as const;

export type ModelRole = (typeof modelRoles)[number];

/** How a brain answers right now. `cure` says what to do when it does not. */
export type BrainHealth =
  | { readonly reachable: true; readonly detail: string }
  | { readonly reachable: false; readonly detail: string; readonly cure: string };

/** Who thinks: resolved once at start and shown in health, in task answers and in every task's events. */
export interface Brain {
  /** For people and for events: `ollama (planner qwen3:8b, executor mistral:7b)`, `replay (…)`, `delegated`. */
  readonly description: string;
  /** True: there is no model; every call becomes a work item that somebody else answers. */
  readonly delegated: boolean;
  /** The model of a role, or of the name that a task asked for. Null exactly when delegated. */
  modelFor(role: ModelRole, name?: string): LanguageModel | null;
  /**
   * Whether the provider is known to have a model of this name, by what it said last when its health was asked for;
   * until then those of the roles count as there. False when delegated.
   */
  hasModel(name: string): boolean;
  /** Asks the provider, within the signal's time. A delegated brain is always reachable. */
  health(signal: AbortSignal): Promise<BrainHealth>;
}
