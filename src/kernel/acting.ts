import { AsyncLocalStorage } from 'node:async_hooks';
import { isRole, type Role } from './roles.ts';

export const doors = ['rest', 'socket', 'mcp', 'cli', 'schedule', 'system'] as const;

/** Where something came in by. `cli` is REST, by the client's own word; `schedule` and `system` are the server itself. */
export type Door = (typeof doors)[number];

export const proofs = ['key', 'token', 'worker-token', 'loopback', 'none'] as const;

/** Who acts, by which door, as far as the server has found out. Goes with every event that comes of it; holds no key. */
export interface Actor {
  /** The name of the key or the subject of the token; `local` for a program on this machine that needs none. */
  readonly name: string;
  /** How that was found out; `none`: it is the server itself. */
  readonly proof: (typeof proofs)[number];
  /** Of a key in the database. */
  readonly keyId: string | null;
  readonly role: Role | null;
  readonly door: Door;
  /** Of the request, as it was answered. */
  readonly correlationId: string | null;
}

const fields = ['name', 'proof', 'keyId', 'role', 'door', 'correlationId'];

/** Whether a value is an actor as it stands in an event: these fields and no others. */
export function isActor(value: unknown): value is Actor {
  if (typeof value !== 'object' || value === null) return false;
  const { name, proof, keyId, role, door, correlationId } = value as Readonly<Record<string, unknown>>;
  return (
    Object.keys(value).every((field) => fields.includes(field)) &&
    typeof name === 'string' &&
    proofs.some((each) => each === proof) &&
    (keyId === null || typeof keyId === 'string') &&
    (role === null || isRole(role)) &&
    doors.some((each) => each === door) &&
    (correlationId === null || typeof correlationId === 'string')
  );
}

interface Acting {
  readonly actor: Actor;
  isOver: boolean;
}

const acting = new AsyncLocalStorage<Acting | null>();

/**
 * Whatever is appended to the log until the work is settled, by it or by what it calls, is the actor's. What it has set
 * going and does not wait for (a timer, a loop) is nobody's from then on. Null: nobody's from the start.
 */
export async function actingAs<T>(actor: Actor | null, work: () => T | Promise<T>): Promise<T> {
  const scope = actor && { actor, isOver: false };
  try {
    return await acting.run(scope, work);
  } finally {
    if (scope) scope.isOver = true;
  }
}

/** Runs what serves everybody, such as a dispatcher, and is only woken by somebody: whatever it does is nobody's word. */
export function asNobody<T>(work: () => T): T {
  return acting.run(null, work);
}

/** Who acts here and now; null: nobody but the server's own doing. */
export function actorNow(): Actor | null {
  const scope = acting.getStore();
  return scope && !scope.isOver ? scope.actor : null;
}
