export { AgentSession, type AgentSessionOptions, type StepWork } from './agent-session.ts';
export type { AuditEntry, AuditPage, AuditQuery } from './audit-types.ts';
export type { Dispatch, DispatchAnswer, WorkerAnswer, WorkerInfo } from './broker-types.ts';
export { type BackoffOptions } from './backoff.ts';
export type {
  CodeOrigin,
  CodeVersion,
  CodeDiff,
  ModelCall,
  TestRun,
  ChangeExplanation,
  FileExplanation,
} from './code-types.ts';
export type { Briefing, BriefingQuery, ContextPart, TaskContext } from './context-types.ts';
export { connect, type ConnectOptions, TaskloomClient } from './client.ts';
export type { ConnectionOptions, ConnectionStatus } from './connection.ts';
export { ConnectionError, type RequestIssue, TaskloomError } from './errors.ts';
export type { ExecutionPlan, ExecutionPlanTask, GivenPlan } from './plan-types.ts';
export type { CreatedKey, Key, KeyRole } from './key-types.ts';
export type { Knowledge, KnowledgePage } from './knowledge-types.ts';
export type { Comparison, Fork, PartingEvent, StepPage, TaskStep } from './history-types.ts';
export type {
  Actor,
  BugReport,
  BugReportAnswer,
  ClaimedWorkItem,
  DeadCodeAnalysis,
  Event,
  EventPage,
  FileList,
  FileRole,
  ForkedFrom,
  Health,
  Limits,
  NewTask,
  PartHealth,
  Pause,
  Plan,
  PlanDraft,
  Task,
  TaskError,
  TaskModule,
  TaskPage,
  TaskQuery,
  TaskState,
  TaskStatus,
  Usage,
  Why,
  WorkItem,
} from './types.ts';
export { VersionFilter } from './version-filter.ts';
export type { WatchOptions, WatchSubject } from './watch.ts';
export type { DeliveryPage, NewWebhook, Webhook, WebhookDelivery } from './webhook-types.ts';
export type { EventsFrame, Message, SubscribeAnswer, SubscribeRequest, SystemMessage } from './wire.ts';
export { type WorkContext, WorkerSession, type WorkerSessionOptions } from './worker-session.ts';
export type {
  Agent,
  Approval,
  ApprovalDecision,
  Job,
  JobPage,
  JobStep,
  JobWhy,
  NewAgent,
  NewJob,
  NewSchedule,
  RegisteredAgent,
  Schedule,
  Scheduled,
  ScheduleRequest,
  StepEdit,
} from './job-types.ts';
