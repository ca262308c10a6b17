import type { Actor, Door } from '../kernel/acting.ts';
import type { Role } from '../kernel/roles.ts';

/** Who asks, as far as the server has found out. Never holds the key itself. */
export interface Principal {
  /** The name of the key, the subject of the token, or `local`: fit for logs and events. */
  readonly name: string;
  readonly role: Role;
  /** How it was found out: a key or a token was shown, the token of workers was, or the caller is on this machine and none is needed. */
  readonly by: 'key' | 'token' | 'worker-token' | 'loopback';
  /** Of a key in the database; null for all others. */
  readonly keyId: string | null;
  /** Milliseconds since 1970 from which on it is nobody any more; null: never. */
  readonly expiresAt: number | null;
}

/** A program on this machine, where no key is required: it could read the database anyway. */
export const localCaller: Principal = Object.freeze({
  name: 'local',
  role: 'admin',
  by: 'loopback',
  keyId: null,
  expiresAt: null,
});

/** A principal as it goes with the events that come of what it asks. `correlationId`: of the request; null: it has none. */
export function actorOf({ name, role, by: proof, keyId }: Principal, door: Door, correlationId: string | null): Actor {
  return { name, proof, keyId, role, door, correlationId };
}

const principals = new WeakMap<object, Principal>();

/** Remembers who sends a request or holds a connection (Node's IncomingMessage), for as long as that lives. */
export function identify(request: object, principal: Principal): void {
  principals.set(request, principal);
}

/** Who sends a request; undefined where nobody has said so, or where it was not found out. */
export function principalOf(request: object): Principal | undefined {
  return principals.get(request);
}
