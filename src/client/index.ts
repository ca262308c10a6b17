export type { Dispatch, DispatchAnswer, WorkerAnswer, WorkerInfo } from './broker-types.ts';
export { type BackoffOptions } from './backoff.ts';
export { connect, type ConnectOptions, TaskloomClient } from './client.ts';
export type { ConnectionOptions, ConnectionStatus } from './connection.ts';
export { ConnectionError, type RequestIssue, TaskloomError } from './errors.ts';
export type {
  BugReport,
  BugReportAnswer,
  ChangeExplanation,
  ClaimedWorkItem,
  CodeDiff,
  CodeOrigin,
  CodeVersion,
  Comparison,
  DeadCodeAnalysis,
  Event,
  EventPage,
  FileExplanation,
  FileList,
  FileRole,
  Fork,
  ForkedFrom,
  Health,
  Limits,
  ModelCall,
  NewTask,
  PartHealth,
  PartingEvent,
  Pause,
  Plan,
  PlanDraft,
  StepPage,
  Task,
  TaskError,
  TaskModule,
  TaskPage,
  TaskState,
  TaskStep,
  TaskStatus,
  Usage,
  TestRun,
  Why,
  WorkItem,
} from './types.ts';
export { VersionFilter } from './version-filter.ts';
export type { WatchOptions, WatchSubject } from './watch.ts';
export type { EventsFrame, Message, SubscribeAnswer, SubscribeRequest, SystemMessage } from './wire.ts';
export { type WorkContext, WorkerSession, type WorkerSessionOptions } from './worker-session.ts';
