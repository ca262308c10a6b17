import { AppError, InvalidInputError, type Issue } from '../kernel/errors.ts';

/** An event that cannot be stored as it is: names every field that is wrong, and why. Nothing was appended. */
export class InvalidEventError extends InvalidInputError {
  override readonly code: string = 'EVENTS_INVALID';

  constructor(issues: readonly Issue[]) {
    super(issues);
  }
}

export class EventTooLargeError extends AppError {
  readonly code = 'EVENTS_TOO_LARGE';
  readonly kind = 'limit';

  constructor(eventType: string, bytes: number, maxBytes: number) {
    super(
      `The data of this ${eventType} is ${bytes} bytes of JSON, more than the ${maxBytes} allowed: ` +
        'make it smaller, or raise EVENT_MAX_BYTES.',
      { eventType, bytes, maxBytes },
    );
  }
}

/** Somebody else has appended since the stream was read. Nothing was written: read it and decide again. */
export class StreamConflictError extends AppError {
  readonly code = 'EVENTS_STREAM_CONFLICT';
  readonly kind = 'conflict';

  readonly taskId: string;
  readonly expected: number;
  readonly actual: number;

  constructor(taskId: string, expected: number, actual: number) {
    super(`Stream ${taskId} is at ${actual}, not ${expected}: read it and decide again.`, { taskId, expected, actual });
    this.taskId = taskId;
    this.expected = expected;
    this.actual = actual;
  }
}

/** An event id stands for another event already. Nothing was written: give a new event a new id. */
export class EventIdReusedError extends AppError {
  readonly code = 'EVENTS_ID_REUSED';
  readonly kind = 'conflict';

  constructor(eventId: string) {
    super(`Event id ${eventId} belongs to another event: the same id may only be repeated with the same content.`, {
      eventId,
    });
  }
}

/** The events handed to a projection hold one stream sequence twice, or go back. */
export class RepeatedSequenceError extends AppError {
  readonly code = 'EVENTS_REPEATED_SEQUENCE';
  readonly kind = 'invalid';

  constructor(taskId: string, streamSequence: number, previous: number) {
    super(`Stream ${taskId} cannot be folded: stream sequence ${streamSequence} comes after ${previous}.`, {
      taskId,
      streamSequence,
      previous,
    });
  }
}

/** An event was written by a newer version of the program, in a shape that this one does not know. Nothing was changed. */
export class EventTooNewError extends AppError {
  readonly code = 'EVENTS_TOO_NEW';
  readonly kind = 'unavailable';

  constructor(eventType: string, sequence: number, version: number, newest: number) {
    super(
      `Event ${sequence}, a ${eventType}, has version ${version} of its shape, this program knows ${newest}: ` +
        'start the newer version of Taskloom that wrote it.',
      { eventType, sequence, version, newest },
    );
  }
}
