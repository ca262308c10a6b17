import './jobs.events.ts';
import './schedules/schedule.events.ts';

export {
  type AgentMessage,
  EVERYONE,
  expectedReplies,
  type MessagePayload,
  messageSchema,
  type MessageType,
  messageTypes,
  type WorkStatus,
  workStatuses,
} from './protocol/agent-message.ts';
export { MessageFactory, type MessageParts } from './protocol/message-factory.ts';
export { messageFromJson, messageToJson, parseMessage } from './protocol/parse-message.ts';
export { graphOfExpression, RESULT_STEP } from './calculator/expression-graph.ts';
export type { Intent, PlanSource, RoutedIntent, Slot } from './intents/intent.ts';
export { type Ask, askOf, IntentRouter, type IntentRouterParts } from './intents/intent-router.ts';
export { loadIntents } from './intents/load-intents.ts';
export { matchIntent } from './intents/match-intent.ts';
export { Planner, type PlannerParts } from './intents/planner.ts';
export { readIntents } from './intents/read-intents.ts';
export { ApprovalExecutor } from './executors/approval.executor.ts';
export { CodeExecutor } from './executors/code.executor.ts';
export { type Decision, type ExecutionContext, Executor, SchemaExecutor } from './executors/executor.ts';
export {
  type ExecutionFailure,
  type ExecutionResult,
  ExecutorRegistry,
  validateSteps,
} from './executors/executor-registry.ts';
export { RecallExecutor, RememberExecutor } from './executors/memory.executors.ts';
export { HttpExecutor } from './executors/http.executor.ts';
export { MailExecutor } from './executors/mail.executor.ts';
export { reachableWith } from './executors/public-address.ts';
export { RpnExecutor } from './executors/rpn.executor.ts';
export { type MailSettings, readMailSettings } from './mail/mail-settings.ts';
export { ContextMemory, type Recollection } from './memory/context-memory.ts';
export { type ShortTermLimits, ShortTermMemory } from './memory/short-term-memory.ts';
export { fillReferences } from './graph/references.ts';
export { MAX_STEPS } from './graph/read-steps.ts';
export type { Settled, Standing, StepState } from './graph/standing.ts';
export { TaskGraph } from './graph/task-graph.ts';
export { type Dependency, type ToDo, type ToDoInput, toDoSchema, wellKnownActions } from './graph/to-do.ts';
export {
  AddressDeniedError,
  CodeEndedError,
  DecisionPendingError,
  GraphCircleError,
  HttpFailedError,
  IntentsFileError,
  InvalidExpressionError,
  InvalidGraphError,
  InvalidIntentsError,
  InvalidMessageError,
  MailFailedError,
  MailRefusedError,
  MissingResultError,
  MissingSlotError,
  NoPlannerModelError,
  StepTimeoutError,
  UnknownActionError,
  UnknownIntentError,
  UnsafeSlotError,
  VerificationFailedError,
} from './jobs.errors.ts';
export { JobsModule } from './jobs.module.ts';
export { type JobCreation, Jobs } from './jobs.ts';
export { JobCensus, type JobCounts } from './job-census.ts';
export type { JobExplanation, JobPage, JobQuery, StepExplanation } from './job-reader.ts';
export type { NewJob } from './new-job.ts';
export { type StepPhase, stepPhases } from './workflow/job-state.ts';
export type { JobView, StepView } from './workflow/job-view.ts';
export { Agents, type AgentView, type NewAgent } from './agents/agents.ts';
export type { AgentLink } from './agents/agent-pool.ts';
export type { AgentRecord } from './agents/agent-registry.ts';
export { AgentWork, type Routing, routingOf } from './agents/agent-work.ts';
export { Approvals, type ApprovalDecision, type ApprovalView } from './approvals/approvals.ts';
export { MAX_ANSWER_CHARACTERS } from './approvals/wanted-answer.ts';
export { type NewSchedule, Schedules, type ScheduleView } from './schedules/schedules.ts';
export { missedRules, type MissedRule } from './schedules/schedule.events.ts';
export {
  AgentIdTakenError,
  AgentKeyError,
  AgentNotFoundError,
  ApprovalChangedError,
  ApprovalNotFoundError,
  ApprovalOverError,
  JobNotFoundError,
  JobStateError,
  NotAnAgentError,
  SamePersonError,
  ScheduleNotFoundError,
  StepBegunError,
  StepLeaseLostError,
  StepNotFoundError,
} from './job-work.errors.ts';
