import { isActor } from '../kernel/acting.ts';
import type { Issue } from '../kernel/errors.ts';
import { messageOf } from '../kernel/errors.ts';
import { deepFreeze, plainJsonIssue } from '../kernel/json.ts';
import type { StoredEvent } from './event.ts';
import { countIssue, taskIdIssue, textIssue, timestampIssue, uuidIssue } from './event-fields.ts';
import { InvalidEventError } from './events.errors.ts';
import { vectorClockIssue } from './vector-clock.ts';

const checks: Readonly<Record<keyof StoredEvent | 'actor', (value: unknown) => Issue | null>> = {
  eventId: (value) => uuidIssue(value, 'eventId'),
  taskId: taskIdIssue,
  eventType: (value) => textIssue(value, 'eventType'),
  timestamp: (value) => timestampIssue(value),
  sequenceNumber: (value) => countIssue(value, 'sequenceNumber'),
  streamSequence: (value) => countIssue(value, 'streamSequence'),
  vectorClock: (value) => vectorClockIssue(value),
  causationId: (value) => (value === null ? null : uuidIssue(value, 'causationId')),
  correlationId: (value) => textIssue(value, 'correlationId'),
  data: (value) => (isObject(value) ? plainJsonIssue(value) : { path: 'data', message: 'is not an object' }),
  codeVersion: (value) => countIssue(value, 'codeVersion'),
  actor: (value) => (value === undefined || isActor(value) ? null : { path: 'actor', message: 'is not who acted' }),
};

const fields = Object.keys(checks) as (keyof StoredEvent)[];

/**
 * The event that JSON.stringify of an event has written: every field checked, frozen in depth, equal to the original.
 * Throws InvalidEventError that names all that is wrong.
 */
export function parseEvent(json: string): StoredEvent {
  const value = parseJson(json);
  if (!isObject(value)) throw new InvalidEventError([{ path: '', message: 'is not an object' }]);
  const issues = fieldIssues(value);
  const unknown = Object.keys(value).filter((key) => !(key in checks));
  issues.push(...unknown.map((path) => ({ path, message: 'is not a field of an event' })));
  if (issues.length > 0) throw new InvalidEventError(issues);
  // Every field was checked; the payload's type is what its event type says.
  return deepFreeze(value) as unknown as StoredEvent;
}

/** What is wrong with the fields of an event. */
export function fieldIssues(value: Readonly<Record<string, unknown>>): Issue[] {
  return fields.map((field) => checks[field](value[field])).filter((issue) => issue !== null);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new InvalidEventError([{ path: '', message: `is not JSON: ${messageOf(error)}` }]);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
