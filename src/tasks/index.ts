import './tasks.events.ts';

export { TasksModule } from './tasks.module.ts';
export { type Creation, type Fork, TasksService } from './tasks.service.ts';
export { type FirstOutcome, IdempotencyKeys, isRepetition, type Once } from './idempotency.ts';
export { WorkItemsService, type ClaimedWorkItem, type ClaimOptions, type WorkItemView } from './work-items.service.ts';
export type { NewTask } from './new-task.ts';
export type { FileView } from './task-files.ts';
export type { CodeOrigin, CodeVersion, VersionedFile } from './code-versions.ts';
export type { CallView, ChangeExplanation, LinesExplanation, PlanPartView, TestRunView } from './explain-code.ts';
export type { Cause } from './causes.ts';
export type { FileDiff } from './diff-files.ts';
export type { Briefing, BriefingQuery } from './ask/briefings.ts';
export { type ContextQuery, type Rebuilt, type TaskContext, TaskContexts } from './ask/task-contexts.ts';
export type { ManifestEntry } from './tasks.events.ts';
export type { StreamDifference, StreamDifferenceKind } from './compare-streams.ts';
export type { StepPage, StepQuery, TaskStep } from './replay-task.ts';
export type { CodeDiff, DiffQuery, ExplainQuery, FileExplanation } from './task-reader.ts';
export type { TaskPage, TaskQuery } from './search/task-search.ts';
export type { PlanView } from './task-reader.ts';
export { planJsonSchema } from './plan/plan-schema.ts';
export { planToMarkdown } from './plan/plan-to-markdown.ts';
export { taskStatuses, type ModuleView, type TaskStatus, type TaskView } from './task-view.ts';
export {
  AnswerRefusedError,
  ContextNotFoundError,
  FileNotFoundError,
  ForkPointError,
  ForkTooLargeError,
  IdempotencyKeyReusedError,
  LimitStillReachedError,
  NoCodeYetError,
  NoQuestionsError,
  PlanChangedError,
  LineNotFoundError,
  PlanNotReadyError,
  TaskFinishedError,
  TaskNotFoundError,
  VersionNotFoundError,
  WorkItemLeaseError,
  WorkItemNotFoundError,
} from './tasks.errors.ts';
export { type NewBugReport, type ReportAnswer, SteeringService } from './steering.service.ts';
export { planHash } from './replan.ts';
export { VersionedState } from './versioned-state.ts';
