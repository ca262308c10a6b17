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
export { fillReferences } from './graph/references.ts';
export { MAX_STEPS } from './graph/read-steps.ts';
export type { Settled, Standing, StepState } from './graph/standing.ts';
export { TaskGraph } from './graph/task-graph.ts';
export { type Dependency, type ToDo, type ToDoInput, toDoSchema, wellKnownActions } from './graph/to-do.ts';
export { GraphCircleError, InvalidGraphError, InvalidMessageError, MissingResultError } from './jobs.errors.ts';
