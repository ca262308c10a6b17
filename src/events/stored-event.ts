import type { Actor } from '../kernel/acting.ts';
import { deepFreeze } from '../kernel/json.ts';
import type { AppendedEvent, PreparedDraft } from './append-plan.ts';
import type { StoredEvent } from './event.ts';
import { typeVersionOf, upcastersFrom } from './event-types.ts';
import { EventTooNewError } from './events.errors.ts';
import { retiredOf } from './retired-processes.ts';
import type { EventRow } from './schema.ts';
import type { VectorClock } from './vector-clock.ts';

const NO_DATA = Object.freeze({});

/**
 * The event of a row, frozen in depth, its data in today's shape, or {} where nobody wants it. Throws SyntaxError when
 * the row does not hold JSON, EventTooNewError when a newer program wrote it.
 */
export function eventOfRow(row: EventRow, withData = true): StoredEvent {
  const retired = retiredOf(row[12]);
  const event = {
    eventId: row[3],
    taskId: row[1],
    eventType: row[4],
    timestamp: row[5],
    sequenceNumber: row[0],
    streamSequence: row[2],
    vectorClock: Object.freeze(retired.fold(JSON.parse(row[6]) as VectorClock)),
    causationId: row[7],
    correlationId: row[8],
    data: withData ? deepFreeze(lifted(row)) : NO_DATA,
    codeVersion: row[9],
  };
  return frozen(event, row[13]);
}

/** The same for an event that was just appended: what the caller gave, as stored, and what the commit has given it. */
export function eventOfAppend(taskId: string, draft: PreparedDraft, given: AppendedEvent): StoredEvent {
  const event = {
    eventId: draft.eventId,
    taskId,
    eventType: draft.eventType,
    timestamp: draft.timestamp,
    sequenceNumber: given.sequence,
    streamSequence: given.streamSequence,
    vectorClock: Object.freeze(given.clock),
    causationId: draft.causationId,
    correlationId: given.correlationId,
    // Read back from the JSON that is on disk: the caller's own object stays as it is, and may change.
    data: deepFreeze(JSON.parse(draft.data) as object),
    codeVersion: given.codeVersion,
  };
  return frozen(event, draft.actor);
}

/** With who acted, where somebody did. What was validated when it was written has the type that its name says. */
function frozen(event: object, actor: string | null): StoredEvent {
  const whole = actor === null ? event : { ...event, actor: Object.freeze(JSON.parse(actor) as Actor) };
  return Object.freeze(whole) as StoredEvent;
}

function lifted(row: EventRow): object {
  const [sequence, , , , type, , , , , , json, version] = row;
  const data = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const newest = typeVersionOf(type);
  if (version === newest) return data;
  if (version > newest) throw new EventTooNewError(type, sequence, version, newest);
  return upcastersFrom(type, version).reduce((shape, upcast) => upcast(shape), data);
}
