import { z } from 'zod';
import { jsonObject, jsonValue } from '../json-value.ts';

/** What a message is, after the speech acts of agents. Source: FIPA ACL, Communicative Act Library (SC00037J). */
export const messageTypes = [
  'request',
  'inform',
  'propose',
  'agree',
  'refuse',
  'confirm',
  'failure',
  'done',
  'discover',
  'offer',
  'assign',
] as const;

export type MessageType = (typeof messageTypes)[number];

/** Stands for all agents as the receiver of a message. */
export const EVERYONE = '*';

const MAX_NAME = 200;
const MAX_TEXT = 10_000;
const MAX_CAPABILITIES = 100;
const MAX_TIMEOUT_MS = 86_400_000;

const name = () =>
  z
    .string()
    .min(1)
    .max(MAX_NAME)
    .regex(/^\P{C}*$/u, 'leave out control characters');
const text = () => z.string().max(MAX_TEXT);
const capabilities = () => z.array(name()).max(MAX_CAPABILITIES);

/** A step as an agent is given it. */
const work = {
  action: name(),
  selector: text().nullish(),
  text: z.string().nullish(),
  params: jsonObject(),
  timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS).nullish(),
  /** 1 the first time. */
  attempt: z.int().min(1).nullish(),
};

/** What a message of each type carries; further fields are kept as they are. */
export const payloadSchemas = {
  /** Do this. */
  request: z.looseObject(work),
  /** This is so, or this is how far the work is. */
  inform: z.looseObject({ progress: z.number().min(0).max(1).nullish(), text: text().nullish() }),
  /** Shall it be done like this? */
  propose: z.looseObject({ proposal: jsonValue() }),
  /** Yes, it will be done. */
  agree: z.looseObject({}),
  /** No, and why. */
  refuse: z.looseObject({ reason: text().min(1) }),
  /** That is known now. */
  confirm: z.looseObject({}),
  /** It did not work. Retryable: it may work another time. */
  failure: z.looseObject({ code: name(), reason: text().min(1), retryable: z.boolean() }),
  /** It is done, with this result. */
  done: z.looseObject({ result: jsonValue() }),
  /** Who can do this? */
  discover: z.looseObject({ action: name(), capabilities: capabilities() }),
  /** I can, and this much of my room is taken, 0 to 1. */
  offer: z.looseObject({ load: z.number().min(0).max(1), text: text().nullish() }),
  /** It is yours. */
  assign: z.looseObject(work),
} as const satisfies Readonly<Record<MessageType, z.ZodType>>;

/** Types that answer another message and have to name it. */
export const replyTypes = [
  'agree',
  'refuse',
  'confirm',
  'failure',
  'done',
  'offer',
] as const satisfies readonly MessageType[];

/** The types with which a message of each type may be answered. */
export const expectedReplies: Readonly<Record<MessageType, readonly MessageType[]>> = {
  request: ['agree', 'refuse', 'inform', 'done', 'failure'],
  inform: [],
  propose: ['agree', 'refuse'],
  agree: [],
  refuse: [],
  confirm: [],
  failure: [],
  done: ['confirm'],
  discover: ['offer', 'refuse'],
  offer: ['assign', 'refuse'],
  assign: ['agree', 'refuse', 'inform', 'done', 'failure'],
};

export const workStatuses = ['pending', 'running', 'done', 'failed', 'cancelled'] as const;

export type WorkStatus = (typeof workStatuses)[number];

const envelope = {
  id: z.uuid({ error: 'give a UUID' }),
  /** When it was sent: ISO 8601, UTC. */
  ts: z.iso.datetime({ error: 'give a time in UTC such as 2026-01-31T08:00:00.000Z' }),
  sender: name(),
  /** The id of an agent, or EVERYONE. */
  to: name(),
  /** What it is about: the intent of a job, or the action of a step. */
  intent: name(),
  /** Which job and step it belongs to, and whatever else the receiver needs to know. */
  context: z.looseObject({ jobId: name().optional(), stepId: name().optional() }),
  correlation: z.strictObject({
    /** The same in all messages of one exchange. */
    conversation: name(),
    /** The id of the message that this one answers. */
    inReplyTo: z.uuid({ error: 'give the id of the message that is answered' }).nullable(),
  }),
  /** The types of messages that the sender waits for; empty: none. */
  expected: z.array(z.enum(messageTypes)).max(messageTypes.length),
  /** Where the work stands that it speaks of; null: it speaks of none. */
  status: z.enum(workStatuses).nullable(),
  security: z.strictObject({
    /** Proves that the sender speaks for an assignment: the lease that came with it. */
    lease: name().nullable(),
  }),
};

function messageOfType<Type extends MessageType>(type: Type) {
  return z.strictObject({ ...envelope, type: z.literal(type), payload: payloadSchemas[type] });
}

/** The form of every message; what a form cannot say is in message-issues.ts. */
export const messageSchema = z.discriminatedUnion('type', [
  messageOfType('request'),
  messageOfType('inform'),
  messageOfType('propose'),
  messageOfType('agree'),
  messageOfType('refuse'),
  messageOfType('confirm'),
  messageOfType('failure'),
  messageOfType('done'),
  messageOfType('discover'),
  messageOfType('offer'),
  messageOfType('assign'),
]);

/** A message between agents, or one of certain types. */
export type AgentMessage<Type extends MessageType = MessageType> = Extract<
  Readonly<z.infer<typeof messageSchema>>,
  { readonly type: Type }
>;

export type MessagePayload<Type extends MessageType> = Readonly<z.infer<(typeof payloadSchemas)[Type]>>;
