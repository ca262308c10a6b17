import './orchestrator.events.ts';

export { Orchestrator, type Submission } from './orchestrator.ts';
export type { OrchestratorOptions } from './orchestrator-options.ts';
export { OrchestratorModule } from './orchestrator.module.ts';
export {
  CircularDependencyError,
  DuplicateTaskError,
  QueueFullError,
  ShuttingDownError,
  TaskTimeoutError,
} from './orchestrator.errors.ts';
export { foresee, withDerivedFacts } from './derived-facts.ts';
export { replay, type ReplayStep } from './replay.ts';
export {
  assignPriority,
  parsePriority,
  priorities,
  priorityName,
  shouldPreempt,
  type PriorityName,
} from './priority.ts';
export type { OrchestratorStats } from './stats.ts';
export type { QueueAlert, QueueAlertCode } from './backpressure.ts';
export { explainReason, overExplanation, type WaitExplanation, type WaitKind, waitKinds } from './explain-wait.ts';
export type { WaitingTask, WorkCount, WorkPlace } from './work-table.ts';
export {
  fold,
  type Commit,
  type Decider,
  type Decision,
  type Failure,
  type Outcome,
  type Queueing,
  type Step,
  type StepAction,
  type Wait,
  type Workflow,
} from './workflow.ts';
