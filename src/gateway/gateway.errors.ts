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

/** Said in the reason of the WebSocket's close, with code 1008. */
export class TooManyConnectionsOfAddressError extends AppError {
  readonly code = 'TOO_MANY_CONNECTIONS_OF_ADDRESS';
  readonly kind = 'limit';

  constructor(max: number) {
    super(`${max} of this address are open, all that SOCKET_MAX_PER_ADDRESS allows: close one.`, { max });
  }
}

/** Said in the reason of the WebSocket's close, with code 1008. */
export class TooManyConnectionsError extends AppError {
  readonly code = 'TOO_MANY_CONNECTIONS';
  readonly kind = 'limit';

  constructor(max: number) {
    super(`${max} are open, all that SOCKET_MAX_CONNECTIONS allows: try again later.`, { max });
  }
}
