import type { Event, Message } from '../client/index.ts';
import type { EventPayloads, EventType } from '../events/index.ts';
// Widen EventPayloads by what the workflow and the engine record.
import type {} from '../broker/index.ts';
import type {} from '../orchestrator/index.ts';
import type {} from '../tasks/index.ts';

/** A message of a subscription, told apart by its type. Messages of other types, of a newer server, are passed over. */
export type LiveMessage<T extends EventType = EventType> = {
  [K in T]: {
    readonly type: K;
    readonly taskId: string;
    /** Version of the task's code after it. */
    readonly version: number;
    readonly sequence: number;
    readonly streamSequence: number;
    /** ISO 8601, UTC. */
    readonly timestamp: string;
    readonly data: Readonly<EventPayloads[K]>;
  };
}[T];

/** A message as the client gave it, told apart by its type. */
export function liveMessage(message: Message): LiveMessage {
  // The server's own types: that client and server agree on them is what the client's tests prove.
  return message as unknown as LiveMessage;
}

/** A stored event as the message that tells of it. */
export function messageOfEvent({ eventType, codeVersion, sequenceNumber, ...event }: Event): LiveMessage {
  const { taskId, streamSequence, timestamp, data } = event;
  return liveMessage({
    type: eventType,
    taskId,
    version: codeVersion,
    sequence: sequenceNumber,
    streamSequence,
    timestamp,
    data,
  });
}

/** The types that end a task: nothing comes after them. */
export function isEnd(message: { readonly type: string }): boolean {
  return message.type === 'TASK_COMPLETE' || message.type === 'TASK_FAILED' || message.type === 'TASK_CANCELLED';
}
