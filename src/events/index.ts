export type { EventDraft, EventPayloads, EventType, StoredEvent } from './event.ts';
export type {
  Attempt,
  BugReport,
  CodeChange,
  DeadCode,
  FileRole,
  PauseCode,
  Plan,
  PlannedModule,
  SourceFile,
  TaskLimits,
  TestOutcome,
  TestResult,
} from './coding-events.ts';
export type {
  BuildAgent,
  ExecutionPlan,
  PlanApproach,
  PlanClarifications,
  PlanComplexity,
  PlanDecision,
  PlanDependency,
  PlanOverview,
  PlannedTask,
  PlannedTestCase,
  SuccessCriteria,
} from './execution-plan.ts';
export {
  EventStore,
  type LogSummary,
  type AppendOptions,
  type ReadOptions,
  type Snapshot,
  type StreamHead,
  type StreamsOptions,
  type SubscribeOptions,
} from './event-store.ts';
export { PostgresEventStore, type PostgresEventStoreOptions } from './event-store.postgres.ts';
export { openEventStore } from './open-event-store.ts';
export { type FollowedIndex, IndexFollower } from './index-follower.ts';
export type { EventStoreOptions, SqlEventStore } from './event-store.sql.ts';
export { SqliteEventStore, type SqliteEventStoreOptions } from './event-store.sqlite.ts';
export {
  EventIdReusedError,
  EventTooLargeError,
  EventTooNewError,
  InvalidEventError,
  LogFileDamagedError,
  LogFileUnreadableError,
  LogNotEmptyError,
  LogNotIntactError,
  RepeatedSequenceError,
  StreamConflictError,
} from './events.errors.ts';
export { EventsModule } from './events.module.ts';
export {
  checkMonotonic,
  type CodeStand,
  filterStale,
  isReportValidForCurrentCode,
  type ReportCheck,
  type ReportValidity,
} from './ordering.ts';
export { parseEvent } from './parse-event.ts';
export { evolveTaskState, projectTask, rebuild, type RebuildOptions } from './project-task.ts';
export {
  type DeadCodeAnalysis,
  initialTaskState,
  type Intervention,
  type JudgedReport,
  type LastChange,
  type ModuleStatus,
  type TaskLifecycle,
  type TaskModule,
  type TaskState,
  type TaskWarning,
} from './task-state.ts';
export { type ClockOrder, compare, concurrent, happensBefore, merge, tick, type VectorClock } from './vector-clock.ts';
export type { LogVerification, Seal, Tampering, Verification } from './verify-log.ts';
export { declareEventTypes, declareUpcasters, type Upcaster } from './event-types.ts';
export { type EventRange, inspectLog, type LogInspection } from './inspect-log.sqlite.ts';
