import type { Socket } from 'socket.io';
import type { Redactor } from '../kernel/redactor.ts';
import { type Access, principalOf } from '../policy/index.ts';
import { acknowledge, errorAnswer } from './answer.ts';
import { UnknownMessageError } from './gateway.errors.ts';
import { requestNames } from './requests.ts';

const known: ReadonlySet<string> = new Set(requestNames);
const MAX_SHOWN_NAME = 64;

/** Lets the messages of a socket through that have a handler, as fast as its caller may send them, and answers the others. */
export function gateMessages(socket: Socket, access: Access, redactor: Redactor): void {
  socket.use(([name, ...parameters], next) => {
    try {
      const caller = principalOf(socket.request);
      if (caller) access.take(caller);
      if (!known.has(name)) throw new UnknownMessageError(redactor.text(name).slice(0, MAX_SHOWN_NAME), requestNames);
    } catch (error) {
      const answer = errorAnswer(error, redactor);
      if (!acknowledge(parameters, answer)) socket.emit('system', { level: 'error', ...answer.error });
      return;
    }
    next();
  });
}
