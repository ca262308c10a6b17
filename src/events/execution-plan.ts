/**
 * The plan of a task as people read, edit and approve it. Plain texts: an empty text or list says nothing. Where a text
 * may have Markdown inside a line (emphasis, code) it is shown as such.
 */
export interface ExecutionPlan {
  readonly title: string;
  readonly language: string;
  readonly overview: PlanOverview;
  readonly clarifications: PlanClarifications;
  readonly approach: PlanApproach;
  /** Groups of tasks that one executor after the other, or several at once, can take. */
  readonly agents: readonly BuildAgent[];
  readonly testingStrategy: readonly string[];
  readonly successCriteria: SuccessCriteria;
}

export interface PlanOverview {
  /** What is built and why, in one sentence. */
  readonly objective: string;
  readonly scope: { readonly includes: readonly string[]; readonly excludes: readonly string[] };
  /** Packages, services and parts that are there already. */
  readonly dependencies: readonly PlanDependency[];
  readonly complexity: PlanComplexity | null;
}

export interface PlanDependency {
  readonly name: string;
  readonly version: string;
}

export interface PlanComplexity {
  readonly level: 'low' | 'medium' | 'high';
  /** Why. */
  readonly reason: string;
}

/** Texts of several lines, kept as they are. */
export interface PlanClarifications {
  readonly testFramework: string;
  readonly fileLocations: string;
  readonly environment: string;
}

export interface PlanApproach {
  readonly decisions: readonly PlanDecision[];
  readonly modulePlacement: readonly { readonly concern: string; readonly path: string }[];
  readonly integrationPoints: readonly string[];
  /** Several lines, kept as they are. */
  readonly dataFlow: string;
}

export interface PlanDecision {
  readonly decision: string;
  readonly rationale: string;
  readonly alternative: string;
  readonly whyRejected: string;
}

export interface BuildAgent {
  readonly name: string;
  readonly tasks: readonly PlannedTask[];
}

/** What one executor is told: nothing else of the plan but the objective. */
export interface PlannedTask {
  /** Unique within the plan. */
  readonly name: string;
  /** The directory or part that it belongs to. */
  readonly module: string;
  readonly description: string;
  readonly acceptanceCriteria: readonly string[];
  /** Paths of the files to write, in the order in which they need each other. */
  readonly files: readonly string[];
  /** Names of tasks that must be complete first. */
  readonly dependencies: readonly string[];
  /** Several lines of code, kept as they are. */
  readonly configuration: string;
  /** Several lines of code, kept as they are. */
  readonly codeExample: string;
  readonly testCases: readonly PlannedTestCase[];
}

/** At least one of the two says something. */
export interface PlannedTestCase {
  readonly name: string;
  readonly expectation: string;
}

export interface SuccessCriteria {
  readonly functional: readonly string[];
  readonly nonFunctional: readonly string[];
  readonly documentation: readonly string[];
}
