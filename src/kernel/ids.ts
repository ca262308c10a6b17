import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { v7, validate } from 'uuid';

/** A new UUID v7 (RFC 9562): unique, and ordered by the millisecond it was made in. */
export function newId(): string {
  return v7();
}

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && validate(value);
}

/**
 * An id that no other running process has: the instance's name and 48 random bits. A restarted process takes a new
 * one, so two processes never share a counter of a vector clock.
 */
export function newProcessId(name = hostname()): string {
  return `${name.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 32)}-${randomBytes(6).toString('hex')}`;
}
