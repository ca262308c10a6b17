import type { GivenExecutionPlan } from './generated/types.gen.ts';

/** A plan as people read, edit and approve it. Empty texts and lists say nothing. */
export interface ExecutionPlan {
  readonly title: string;
  readonly language: string;
  readonly overview: {
    readonly objective: string;
    readonly scope: { readonly includes: readonly string[]; readonly excludes: readonly string[] };
    readonly dependencies: readonly { readonly name: string; readonly version: string }[];
    readonly complexity: { readonly level: 'low' | 'medium' | 'high'; readonly reason: string } | null;
  };
  readonly clarifications: {
    readonly testFramework: string;
    readonly fileLocations: string;
    readonly environment: string;
  };
  readonly approach: {
    readonly decisions: readonly {
      readonly decision: string;
      readonly rationale: string;
      readonly alternative: string;
      readonly whyRejected: string;
    }[];
    readonly modulePlacement: readonly { readonly concern: string; readonly path: string }[];
    readonly integrationPoints: readonly string[];
    readonly dataFlow: string;
  };
  readonly agents: readonly { readonly name: string; readonly tasks: readonly ExecutionPlanTask[] }[];
  readonly testingStrategy: readonly string[];
  readonly successCriteria: {
    readonly functional: readonly string[];
    readonly nonFunctional: readonly string[];
    readonly documentation: readonly string[];
  };
}

export interface ExecutionPlanTask {
  readonly name: string;
  readonly module: string;
  readonly description: string;
  readonly acceptanceCriteria: readonly string[];
  readonly files: readonly string[];
  /** Names of tasks that must be complete first. */
  readonly dependencies: readonly string[];
  readonly configuration: string;
  readonly codeExample: string;
  readonly testCases: readonly { readonly name: string; readonly expectation: string }[];
}

/**
 * A plan as it may be given: the language, the objective and one task with a name and a file are needed. A string is the
 * Markdown of a plan.
 */
export type GivenPlan = GivenExecutionPlan | string;
