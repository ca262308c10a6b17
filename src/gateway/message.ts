import type { StoredEvent } from '../events/index.ts';

/** An event as it goes over the socket. `streamSequence` is the cursor of a task, `sequence` that of all tasks. */
export interface Message {
  readonly type: string;
  readonly taskId: string;
  /** Version of the task's code after it. */
  readonly version: number;
  readonly sequence: number;
  readonly streamSequence: number;
  readonly timestamp: string;
  readonly data: unknown;
}

export function messageOf(event: StoredEvent): Message {
  return {
    type: event.eventType,
    taskId: event.taskId,
    version: event.codeVersion,
    sequence: event.sequenceNumber,
    streamSequence: event.streamSequence,
    timestamp: event.timestamp,
    data: event.data,
  };
}

/** A message written as JSON, once for all who get it. */
export interface WrittenMessage {
  /** Its place in what is followed: stream sequence of a task, sequence of all. */
  readonly position: number;
  readonly json: string;
}
