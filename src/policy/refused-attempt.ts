import type { IncomingMessage } from 'node:http';
import type { Door } from '../kernel/acting.ts';
import { AppError } from '../kernel/errors.ts';
import type { Role } from '../kernel/roles.ts';
import { keyIdIn } from './api-key.ts';
import { principalOf } from './principal.ts';

/** Somebody was refused what they asked for. Holds nothing of what they showed but the id of a key. */
export interface RefusedAttempt {
  readonly code: string;
  /** The name of a valid key; for another `key` and its id; else `unknown`. */
  readonly who: string;
  readonly keyId: string | null;
  readonly role: Role | null;
  readonly door: Door;
  /** The route, message or tool, by its name in the program. */
  readonly what: string;
}

export interface Asked {
  readonly request: IncomingMessage;
  /** What was shown as a key. */
  readonly token: string | undefined;
  readonly door: Door;
  readonly what: string;
}

/** The attempt that an error refuses; null for an error that says something else. */
export function refusedAttempt(error: unknown, { request, token, door, what }: Asked): RefusedAttempt | null {
  if (!(error instanceof AppError) || error.kind !== 'denied') return null;
  const { code } = error;
  const principal = principalOf(request);
  if (principal) return { code, who: principal.name, keyId: principal.keyId, role: principal.role, door, what };
  const keyId = keyIdIn(token ?? '');
  return { code, who: keyId === null ? 'unknown' : `key ${keyId}`, keyId, role: null, door, what };
}
