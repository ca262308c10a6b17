import type { StoredEvent } from '../../events/index.ts';
import { payloadOf, textOf } from './payload.ts';

/** Why an event matters, the strongest reason first. */
const reasons = ['cause', 'sameModule', 'sameModuleBefore', 'wholeTask'] as const;
export type RelevanceReason = (typeof reasons)[number];

export interface RelevantEvent {
  readonly event: StoredEvent;
  readonly reason: RelevanceReason;
}

/**
 * What happened before an event and has to do with it, oldest first and at most `limit`: what caused it; what concerns
 * its module, in the same code version or in one before; what concerns the whole task in the same version. Of too many
 * the strongest reasons stay, and of these the newest. Nothing of other tasks; a chain of causes with a gap ends there.
 */
export function relevantEvents(
  events: readonly StoredEvent[],
  current: StoredEvent,
  limit = 10,
): readonly RelevantEvent[] {
  const earlier = events.filter(
    ({ taskId, streamSequence }) => taskId === current.taskId && streamSequence < current.streamSequence,
  );
  const byId = new Map(earlier.map((event) => [event.eventId, event]));
  const causes = new Set(causesOf(current, byId));
  const module = moduleOf(current, byId);
  const reasonFor = (event: StoredEvent): RelevanceReason | null => {
    if (causes.has(event)) return 'cause';
    const own = moduleOf(event, byId);
    const isSameVersion = event.codeVersion === current.codeVersion;
    if (own === null) return isSameVersion ? 'wholeTask' : null;
    if (own !== module) return null;
    return isSameVersion ? 'sameModule' : 'sameModuleBefore';
  };
  return earlier
    .flatMap((event) => {
      const reason = reasonFor(event);
      return reason === null ? [] : [{ event, reason }];
    })
    .sort((a, b) => reasons.indexOf(a.reason) - reasons.indexOf(b.reason) || bySequence(b, a))
    .slice(0, Math.max(0, limit))
    .sort(bySequence);
}

function bySequence(a: RelevantEvent, b: RelevantEvent): number {
  return a.event.streamSequence - b.event.streamSequence;
}

/** The cause of an event, the cause of that, and so on. */
function causesOf(event: StoredEvent, byId: ReadonlyMap<string, StoredEvent>): readonly StoredEvent[] {
  const causes = new Set<StoredEvent>();
  let cause = byId.get(event.causationId ?? '');
  while (cause !== undefined && !causes.has(cause)) {
    causes.add(cause);
    cause = byId.get(cause.causationId ?? '');
  }
  return [...causes];
}

/** An answer of a model concerns the module that it was asked about. Null: the whole task. */
function moduleOf(event: StoredEvent, byId: ReadonlyMap<string, StoredEvent>): string | null {
  const own = textOf(payloadOf(event.data)['module']);
  if (own !== '') return own;
  const isAnswer = event.eventType.startsWith('MODEL_') || event.eventType.startsWith('WORK_ITEM_');
  const cause = isAnswer ? byId.get(event.causationId ?? '') : undefined;
  return cause === undefined ? null : textOf(payloadOf(cause.data)['module']) || null;
}
