import { type Issue, messageOf } from '../../kernel/errors.ts';
import { deepFreeze, plainJsonIssue } from '../../kernel/json.ts';
import { InvalidMessageError } from '../jobs.errors.ts';
import { schemaIssues, shownValue } from '../schema-issues.ts';
import { type AgentMessage, messageSchema, type MessageType, messageTypes, replyTypes } from './agent-message.ts';

/** Of its JSON, in UTF-16 units. */
export const MAX_MESSAGE_CHARACTERS = 4 * 1024 * 1024;

/** A message as plain JSON, checked and frozen. Throws InvalidMessageError that names every wrong field. */
export function parseMessage(value: unknown): AgentMessage {
  const notJson = plainJsonIssue(value, 'message');
  if (notJson) throw new InvalidMessageError([notJson]);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidMessageError([{ path: '', message: `${shownValue(value)} is no message: give an object` }]);
  }
  const type = 'type' in value ? value.type : undefined;
  if (!isMessageType(type)) {
    const problem = type === undefined ? 'is missing' : `${shownValue(type)} is no type of message`;
    throw new InvalidMessageError([{ path: 'type', message: `${problem}: give one of ${messageTypes.join(', ')}` }]);
  }
  // A copy of its own: what the caller does with his later changes nothing.
  const parsed = messageSchema.safeParse(JSON.parse(JSON.stringify(value)));
  if (!parsed.success) {
    throw new InvalidMessageError(schemaIssues(parsed.error.issues, value, { secret: ['security'] }));
  }
  const message: AgentMessage = parsed.data;
  const issues = contradictions(message);
  if (issues.length > 0) throw new InvalidMessageError(issues);
  return deepFreeze(message);
}

/** The message of its JSON text. Throws InvalidMessageError, also for what is no JSON or too large. */
export function messageFromJson(json: string): AgentMessage {
  if (json.length > MAX_MESSAGE_CHARACTERS) throw tooLarge(json.length);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new InvalidMessageError([{ path: '', message: `is not JSON: ${messageOf(error)}` }]);
  }
  return parseMessage(value);
}

/** The JSON text that messageFromJson reads back to an equal message. Throws InvalidMessageError where it is too large. */
export function messageToJson(message: AgentMessage): string {
  const json = JSON.stringify(message);
  if (json.length > MAX_MESSAGE_CHARACTERS) throw tooLarge(json.length);
  return json;
}

function isMessageType(value: unknown): value is MessageType {
  return messageTypes.some((type) => type === value);
}

/** What fields say against each other. */
function contradictions({ type, status, correlation }: AgentMessage): readonly Issue[] {
  const issues: Issue[] = [];
  if (replyTypes.some((reply) => reply === type) && correlation.inReplyTo === null) {
    issues.push({
      path: 'correlation.inReplyTo',
      message: `null does not fit: ${type} answers a message, give the id of that`,
    });
  }
  if (type === 'done' && status !== 'done' && status !== null) {
    issues.push({ path: 'status', message: `"${status}" does not fit: what is done has the status done` });
  }
  if (type === 'failure' && status !== 'failed' && status !== 'cancelled' && status !== null) {
    issues.push({ path: 'status', message: `"${status}" does not fit: a failure has the status failed or cancelled` });
  }
  return issues;
}

function tooLarge(characters: number): InvalidMessageError {
  return new InvalidMessageError([
    { path: '', message: `has ${characters} characters, more than ${MAX_MESSAGE_CHARACTERS}: send less at once` },
  ]);
}
