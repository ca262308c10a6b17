import { type Clock, systemClock, toTimestamp } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import {
  type AgentMessage,
  expectedReplies,
  type MessagePayload,
  type MessageType,
  type WorkStatus,
} from './agent-message.ts';
import { parseMessage } from './parse-message.ts';

/** What the maker of a message has to say; the factory adds the rest. */
export interface MessageParts<Type extends MessageType> {
  readonly to: string;
  readonly intent: string;
  readonly payload: MessagePayload<Type>;
  readonly context?: AgentMessage['context'];
  /** Default: a new one. */
  readonly conversation?: string;
  readonly inReplyTo?: string | null;
  /** Default: what may answer this type. */
  readonly expected?: readonly MessageType[];
  /** Default: the one that goes with the type. */
  readonly status?: WorkStatus | null;
  readonly lease?: string | null;
}

const statusOfType: Readonly<Partial<Record<MessageType, WorkStatus>>> = {
  agree: 'pending',
  inform: 'running',
  done: 'done',
  failure: 'failed',
};

/** Makes the messages that one agent sends: checked, frozen, each with a new id and the time. */
export class MessageFactory {
  constructor(
    private readonly sender: string,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Throws InvalidMessageError where the parts make no message. */
  make<Type extends MessageType>(type: Type, parts: MessageParts<Type>): AgentMessage<Type> {
    const id = newId();
    const message = parseMessage({
      id,
      ts: toTimestamp(this.clock()),
      type,
      sender: this.sender,
      to: parts.to,
      intent: parts.intent,
      payload: parts.payload,
      context: parts.context ?? {},
      correlation: { conversation: parts.conversation ?? id, inReplyTo: parts.inReplyTo ?? null },
      expected: parts.expected ?? expectedReplies[type],
      status: parts.status === undefined ? (statusOfType[type] ?? null) : parts.status,
      security: { lease: parts.lease ?? null },
    });
    return ofType(message, type);
  }

  /** An answer: to the sender, about the same, in the same conversation, under the same lease. */
  reply<Type extends MessageType>(
    message: AgentMessage,
    type: Type,
    payload: MessagePayload<Type>,
    parts: Partial<Omit<MessageParts<Type>, 'payload'>> = {},
  ): AgentMessage<Type> {
    return this.make(type, {
      to: message.sender,
      intent: message.intent,
      context: message.context,
      conversation: message.correlation.conversation,
      inReplyTo: message.id,
      lease: message.security.lease,
      ...parts,
      payload,
    });
  }
}

function ofType<Type extends MessageType>(message: AgentMessage, type: Type): AgentMessage<Type> {
  const isOfType = (each: AgentMessage): each is AgentMessage<Type> => each.type === type;
  if (isOfType(message)) return message;
  throw new TypeError(`A message of type ${message.type} is none of type ${type}.`);
}
