import { AppError } from '../kernel/errors.ts';

export class UnknownMessageError extends AppError {
  readonly code = 'SOCKET_MESSAGE_UNKNOWN';
  readonly kind = 'invalid';

  constructor(name: string, known: readonly string[]) {
    super(`There is no message ${JSON.stringify(name)}: send one of ${known.join(', ')}.`, { name, known });
  }
}

/** The client has seen events that this log does not hold: its cursor comes from another log. */
export class CursorBeyondEndError extends AppError {
  readonly code = 'SUBSCRIPTION_CURSOR_BEYOND_END';
  readonly kind = 'invalid';

  constructor(afterStreamSequence: number, end: number) {
    super(`afterStreamSequence ${afterStreamSequence} is beyond the newest event, ${end}: start again from 0.`, {
      afterStreamSequence,
      end,
    });
  }
}

export class SubscriptionNotFoundError extends AppError {
  readonly code = 'SUBSCRIPTION_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(subscriptionId: string) {
    super(`This connection has no subscription ${JSON.stringify(subscriptionId)}: a new connection subscribes anew.`, {
      subscriptionId,
    });
  }
}

export class TooManySubscriptionsError extends AppError {
  readonly code = 'SUBSCRIPTION_LIMIT';
  readonly kind = 'limit';

  constructor(max: number) {
    super(`This connection has ${max} subscriptions, the most there may be: end some, or watch all tasks with one.`, {
      max,
    });
  }
}

/** The connection ended while its request was carried out: nobody is there to answer. */
export class ConnectionGoneError extends AppError {
  readonly code = 'SOCKET_GONE';
  readonly kind = 'unavailable';

  constructor() {
    super('The connection is gone: subscribe again on a new one.');
  }
}
