import type { AppendInput, PreparedDraft } from './append-plan.ts';
import type { EventDraft } from './event.ts';
import {
  countIssue,
  eventTypeIssue,
  parseTimestamp,
  streamId,
  taskIdIssue,
  textIssue,
  timestampIssue,
  uuidIssue,
} from './event-fields.ts';
import type { AppendOptions } from './event-store.ts';
import { typeVersionOf } from './event-types.ts';
import { EventTooLargeError, InvalidEventError } from './events.errors.ts';
import type { Actor } from '../kernel/acting.ts';
import type { Issue } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Redactor } from '../kernel/redactor.ts';
import { plainJsonIssue } from '../kernel/json.ts';
import { toTimestamp } from '../kernel/clock.ts';
import { vectorClockIssue } from './vector-clock.ts';

export interface DraftLimits {
  readonly now: number;
  readonly maxBytes: number;
  readonly maxClockSkewMs: number;
  readonly redactor: Redactor;
  readonly actor: Actor | null;
}

/** Everything that keeps a draft from being stored; no code of the draft runs. */
export function draftIssues(draft: EventDraft, limits: DraftLimits): readonly Issue[] {
  if (typeof draft !== 'object' || draft === null) return [{ path: '', message: 'is not an event' }];
  const { eventType, eventId, timestamp, codeVersion, causationId, vectorClock } = draft;
  const issues = [
    eventTypeIssue(eventType),
    eventId === undefined ? null : uuidIssue(eventId, 'eventId'),
    timestamp === undefined ? null : timestampIssue(timestamp, 'timestamp', limits.now, limits.maxClockSkewMs),
    codeVersion === undefined ? null : countIssue(codeVersion, 'codeVersion'),
    causationId === undefined || causationId === null ? null : uuidIssue(causationId, 'causationId'),
    vectorClock === undefined ? null : vectorClockIssue(vectorClock),
    isObject(draft.data) ? plainJsonIssue(draft.data) : { path: 'data', message: 'is not an object' },
  ];
  return issues.filter((issue) => issue !== null);
}

/** A valid draft in the form the writer stores. Throws EventTooLargeError. */
export function prepareDraft(draft: EventDraft, limits: DraftLimits, causationId: string | null): PreparedDraft {
  const data = JSON.stringify(limits.redactor.data(draft.data));
  // A character is at most 3 bytes of UTF-8: most events need not be measured.
  const bytes = data.length * 3 > limits.maxBytes ? Buffer.byteLength(data) : 0;
  if (bytes > limits.maxBytes) throw new EventTooLargeError(draft.eventType, bytes, limits.maxBytes);
  const given = draft.timestamp === undefined ? null : parseTimestamp(draft.timestamp);
  return {
    eventId: draft.eventId?.toLowerCase() ?? newId(),
    idGiven: draft.eventId !== undefined,
    eventType: draft.eventType,
    typeVersion: typeVersionOf(draft.eventType),
    timestamp: toTimestamp(given ?? limits.now),
    timestampGiven: given !== null,
    causationId: draft.causationId === undefined ? causationId : draft.causationId,
    codeVersion: draft.codeVersion ?? null,
    vectorClock: draft.vectorClock ?? null,
    data,
    actor: draft.derived === true || limits.actor === null ? null : JSON.stringify(limits.redactor.data(limits.actor)),
  };
}

/** Everything that a store is asked to append, validated as a whole. Throws InvalidEventError or EventTooLargeError. */
export function prepareAppend(
  taskId: string,
  drafts: readonly EventDraft[],
  options: AppendOptions,
  { limits, processId }: { readonly limits: DraftLimits; readonly processId: string },
): AppendInput {
  const issues = [...appendIssues(taskId, options), ...allDraftIssues(drafts, limits)];
  if (issues.length > 0) throw new InvalidEventError(issues);
  const causationId = options.causationId ?? null;
  return {
    taskId: streamId(taskId),
    processId,
    expectedSequence: options.expectedSequence ?? null,
    correlationId: options.correlationId ?? null,
    drafts: drafts.map((draft) => prepareDraft(draft, limits, causationId)),
    alongside: options.alongside ?? [],
  };
}

function appendIssues(taskId: string, options: AppendOptions): Issue[] {
  const { expectedSequence, causationId, correlationId } = options;
  return [
    taskIdIssue(taskId),
    expectedSequence === undefined ? null : countIssue(expectedSequence, 'expectedSequence'),
    causationId === undefined || causationId === null ? null : uuidIssue(causationId, 'causationId'),
    correlationId === undefined ? null : textIssue(correlationId, 'correlationId'),
  ].filter((issue) => issue !== null);
}

/** With several drafts the path says which one is meant. */
function allDraftIssues(drafts: readonly EventDraft[], limits: DraftLimits): Issue[] {
  return drafts.flatMap((draft, index) => {
    const prefix = drafts.length === 1 ? '' : `[${index}].`;
    return draftIssues(draft, limits).map(({ path, message }) => ({ path: `${prefix}${path}`, message }));
  });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
