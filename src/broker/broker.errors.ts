import { AppError } from '../kernel/errors.ts';

/** Nobody is registered who could take the message. Nothing was sent. */
export class NoMatchingWorkerError extends AppError {
  readonly code = 'BROKER_NO_WORKER';
  readonly kind = 'unavailable';

  constructor(wanted: string) {
    super(`No worker matches ${wanted}: start one (taskloom worker), or look at GET /workers.`, { wanted });
  }
}

/** There are matching workers, and none of them bids for the message. */
export class NoOfferError extends AppError {
  readonly code = 'BROKER_NO_OFFER';
  readonly kind = 'unavailable';

  constructor(wanted: string) {
    super(`Every worker that matches ${wanted} declines for now: send again later.`, { wanted });
  }
}

export class WorkerNotFoundError extends AppError {
  readonly code = 'BROKER_WORKER_UNKNOWN';
  readonly kind = 'notFound';

  constructor(workerId: string) {
    super(`There is no worker ${JSON.stringify(workerId)}: GET /workers lists those there are.`, { workerId });
  }
}

/** The message was not taken: to send it again is safe. */
export class InboxFullError extends AppError {
  readonly code = 'BROKER_INBOX_FULL';
  readonly kind = 'unavailable';

  constructor(workerId: string, maxInbox: number) {
    super(`The inbox of worker ${workerId} holds ${maxInbox} messages, its limit: send again later.`, {
      workerId,
      maxInbox,
    });
  }
}

/** The worker went away before it answered. */
export class WorkerLostError extends AppError {
  readonly code = 'BROKER_WORKER_LOST';
  readonly kind = 'unavailable';

  constructor(
    workerId: string,
    /** Whether it may have begun: then its effect may have happened. */
    readonly begun: boolean,
  ) {
    const state = begun
      ? 'after it was given the message, whose effect may have happened: mark messages repeatable that may be done twice'
      : 'before it turned to the message: send it again';
    super(`Worker ${workerId} was lost ${state}.`, { workerId, begun });
  }
}

export class MessageTimeoutError extends AppError {
  readonly code = 'BROKER_TIMEOUT';
  readonly kind = 'unavailable';

  constructor(messageId: string, timeoutMs: number) {
    super(`Message ${messageId} was not answered within ${timeoutMs} ms: raise timeoutMs. A later answer is refused.`, {
      messageId,
      timeoutMs,
    });
  }
}

/** The worker took the message and says that it cannot be done. */
export class MessageFailedError extends AppError {
  readonly code = 'BROKER_MESSAGE_FAILED';
  readonly kind = 'invalid';

  constructor(
    workerId: string,
    readonly reasonCode: string,
    readonly reason: string,
  ) {
    super(`Worker ${workerId} could not do it: ${reason}`, { workerId, reasonCode, reason });
  }
}

/** The handler brought its own thread down: by its memory, by an error that nobody caught, or by leaving. */
export class HandlerCrashedError extends AppError {
  readonly code = 'BROKER_HANDLER_CRASHED';
  readonly kind = 'invalid';

  constructor(workerId: string, reason: string) {
    super(`The handler of worker ${workerId} crashed: ${reason}`, { workerId, reason });
  }
}

/** The answer came under a lease that is no longer the message's: somebody else has it, it was answered, or it is too late. */
export class AssignmentLostError extends AppError {
  readonly code = 'BROKER_LEASE_LOST';
  readonly kind = 'conflict';

  constructor(messageId: string, lease: string) {
    super(`Lease ${lease} of message ${messageId} is no longer valid: drop the work, its answer is not used.`, {
      messageId,
      lease,
    });
  }
}

export class WorkerStateError extends AppError {
  readonly code = 'BROKER_WORKER_STATE';
  readonly kind = 'conflict';

  constructor(workerId: string, state: string, action: string) {
    super(`Worker ${workerId} is ${state} and cannot ${action}: created → running → stopping → stopped.`, {
      workerId,
      state,
      action,
    });
  }
}

export class WorkerIdTakenError extends AppError {
  readonly code = 'BROKER_WORKER_ID_TAKEN';
  readonly kind = 'conflict';

  constructor(workerId: string) {
    super(`There is already a worker ${JSON.stringify(workerId)}: choose another workerId, or leave it out.`, {
      workerId,
    });
  }
}

/** A connection is one worker: what is said over it would else be whose? */
export class AlreadyRegisteredError extends AppError {
  readonly code = 'BROKER_ALREADY_REGISTERED';
  readonly kind = 'conflict';

  constructor(workerId: string) {
    super(`This connection is worker ${workerId} already: register another one over a connection of its own.`, {
      workerId,
    });
  }
}

/** Only a connection that has registered as a worker may say what workers say. */
export class NotAWorkerError extends AppError {
  readonly code = 'BROKER_NOT_REGISTERED';
  readonly kind = 'denied';

  constructor() {
    super('This connection is no worker: send worker:register first.');
  }
}

export class WorkerTokenError extends AppError {
  readonly code = 'BROKER_WORKER_TOKEN';
  readonly kind = 'denied';

  constructor() {
    super('Workers need the token of this server: give WORKER_TOKEN as `token` in the auth of the handshake.');
  }
}
