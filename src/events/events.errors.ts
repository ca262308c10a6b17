import type { LogVerification } from './verify-log.ts';
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

/** The log is not as it was written: names the first event that was changed, removed or put elsewhere. */
export class LogNotIntactError extends AppError {
  readonly code = 'EVENTS_LOG_NOT_INTACT';
  readonly kind = 'conflict';

  constructor(found: Extract<LogVerification, { intact: false }>) {
    const { events, sequence, taskId, streamSequence, problem } = found;
    super(
      `The log is not as it was written: ${placeOf(found)} ${damages[problem]}. The ${events} events before it are intact: ` +
        'restore a backup, or export only those and import them into an empty store.',
      { events, sequence, taskId, streamSequence, problem },
    );
  }
}

const damages = {
  changed: 'was changed',
  removed: 'was removed',
  reordered: 'stands in the place of another',
  seal: 'is where the log is no longer the one that was sealed',
} as const;

function placeOf({ sequence, taskId, streamSequence }: Extract<LogVerification, { intact: false }>): string {
  const inLog = sequence === null ? [] : [`event ${sequence}`];
  const inStream = taskId === null ? [] : [`event ${streamSequence} of ${taskId}`];
  return [...inLog, ...inStream].join(', ');
}

/** A file that is to be imported is damaged; nothing of it was. */
export class LogFileDamagedError extends AppError {
  readonly code = 'EVENTS_LOG_FILE_DAMAGED';
  readonly kind = 'invalid';

  constructor(path: string, line: number, problem: string) {
    super(`${path} cannot be imported: line ${line} ${problem}. Nothing was imported; take another copy of the file.`, {
      path,
      line,
      problem,
    });
  }
}

/** A file that is to be imported cannot be read. */
export class LogFileUnreadableError extends AppError {
  readonly code = 'EVENTS_LOG_FILE_UNREADABLE';
  readonly kind = 'notFound';

  constructor(path: string, problem: string) {
    super(`${path} cannot be read: ${problem}. Nothing was imported; check the path and the rights of the file.`, {
      path,
    });
  }
}

/** A log can only be imported where there is none. */
export class LogNotEmptyError extends AppError {
  readonly code = 'EVENTS_LOG_NOT_EMPTY';
  readonly kind = 'conflict';

  constructor(events: number) {
    super(`The store holds ${events} events already: import into an empty one, by another DATA_DIR or DATABASE_URL.`, {
      events,
    });
  }
}
