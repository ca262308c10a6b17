import type { Socket } from 'socket.io';
import { personOf, principalOf } from '../policy/index.ts';

/** In whose name a message counts: that of the key that the socket was opened with, before the word of its holder. */
export function saidBy(socket: Socket, said: string | undefined): string {
  return personOf(principalOf(socket.request), said);
}
