import type { Issue } from '../kernel/errors.ts';
import { isUuid } from '../kernel/ids.ts';

export const MAX_TASK_ID_BYTES = 256;

const CONTROL_CHARACTER = /\p{Cc}/u;
const EVENT_TYPE = /^[A-Z][A-Z0-9_]{0,99}$/;
const ISO_8601 = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Two spellings of one id in Unicode are one stream. */
export function streamId(taskId: string): string {
  return taskId.normalize('NFC');
}

export function taskIdIssue(taskId: unknown): Issue | null {
  const path = 'taskId';
  if (typeof taskId !== 'string') return { path, message: `is ${typeName(taskId)}, not a string` };
  if (taskId === '') return { path, message: 'is empty' };
  if (!taskId.isWellFormed()) return { path, message: 'holds half of a surrogate pair, which is no character' };
  if (CONTROL_CHARACTER.test(taskId)) return { path, message: 'holds a control character' };
  const bytes = Buffer.byteLength(streamId(taskId));
  if (bytes > MAX_TASK_ID_BYTES)
    return { path, message: `is ${bytes} bytes long, at most ${MAX_TASK_ID_BYTES} are allowed` };
  return null;
}

export function uuidIssue(value: unknown, path: string): Issue | null {
  return isUuid(value) ? null : { path, message: `${shown(value)} is not a UUID` };
}

export function eventTypeIssue(value: unknown): Issue | null {
  const isName = typeof value === 'string' && EVENT_TYPE.test(value);
  return isName ? null : { path: 'eventType', message: 'is not an UPPER_SNAKE name' };
}

export function countIssue(value: unknown, path: string): Issue | null {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return null;
  return { path, message: `${shown(value)} is not an integer of at least 0` };
}

export function textIssue(value: unknown, path: string): Issue | null {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) {
    return { path, message: `${shown(value)} is not a text with at least one character` };
  }
  return value.includes('\0') ? { path, message: `${shown(value)} holds a NUL` } : null;
}

/** `now` and `maxSkewMs` refuse what lies in the future; without them any moment is accepted. */
export function timestampIssue(value: unknown, path = 'timestamp', now = Infinity, maxSkewMs = 0): Issue | null {
  const time = typeof value === 'string' ? parseTimestamp(value) : null;
  if (time === null)
    return { path, message: `${shown(value)} is not a time in ISO 8601, like 2026-01-31T12:00:00.000Z` };
  if (time - now > maxSkewMs) {
    return { path, message: `${shown(value)} is ${time - now} ms in the future, at most ${maxSkewMs} are allowed` };
  }
  return null;
}

/** Milliseconds since 1970 of an ISO 8601 moment with its zone, or null. The 30th of February is none. */
export function parseTimestamp(value: string): number | null {
  const parts = ISO_8601.exec(value);
  if (!parts) return null;
  const [, year, month, day] = parts.map(Number);
  const lastDay = new Date(Date.UTC(year ?? 0, month ?? 0, 0)).getUTCDate();
  const time = Date.parse(value);
  return (day ?? 0) <= lastDay && !Number.isNaN(time) ? time : null;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  return typeof value === 'number' ? String(value) : typeName(value);
}

function typeName(value: unknown): string {
  return value === null ? 'null' : value === undefined ? 'missing' : `a ${typeof value}`;
}
