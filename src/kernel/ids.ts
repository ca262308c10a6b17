import { randomBytes, randomFillSync } from 'node:crypto';
import { hostname } from 'node:os';
import { v7, validate } from 'uuid';

const BYTES_OF_AN_ID = 16;
/** Random bytes for many ids: to ask the system for those of each takes longer than all the rest of making it. */
const randomPool = new Uint8Array(256 * BYTES_OF_AN_ID);
let poolUsed = randomPool.length;
let [milliseconds, counter] = [0, 0];

/** A new UUID v7 (RFC 9562): unique, and ordered by the millisecond it was made in; those of one process by their making. */
export function newId(): string {
  const random = nextRandom();
  const now = Date.now();
  // The counter starts anywhere in the lower half of its 32 bits, so that it does not run over within a millisecond.
  counter = now > milliseconds ? new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1 : counter + 1;
  milliseconds = Math.max(milliseconds, now);
  return v7({ random, msecs: milliseconds, seq: counter });
}

function nextRandom(): Uint8Array<ArrayBuffer> {
  if (poolUsed === randomPool.length) {
    randomFillSync(randomPool);
    poolUsed = 0;
  }
  poolUsed += BYTES_OF_AN_ID;
  return randomPool.subarray(poolUsed - BYTES_OF_AN_ID, poolUsed);
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
