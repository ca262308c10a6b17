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
export { fillReferences } from './graph/references.ts';
export { MAX_STEPS } from './graph/read-steps.ts';
export type { Settled, Standing, StepState } from './graph/standing.ts';
export { TaskGraph } from './graph/task-graph.ts';
export { type Dependency, type ToDo, type ToDoInput, toDoSchema, wellKnownActions } from './graph/to-do.ts';
export {
  GraphCircleError,
  IntentsFileError,
  InvalidExpressionError,
  InvalidGraphError,
  InvalidIntentsError,
  InvalidMessageError,
  MissingResultError,
  MissingSlotError,
  NoPlannerModelError,
  UnknownIntentError,
  UnsafeSlotError,
} from './jobs.errors.ts';
