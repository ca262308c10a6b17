import { type EventStore, IndexFollower, type StoredEvent } from '../events/index.ts';
import type { GuardedStatement } from '../storage/index.ts';
import { type AuditIndex, indexChanges } from './audit-index.ts';
import { auditedTypes, entryOf } from './entry-of.ts';

export interface FollowerParts {
  readonly events: EventStore;
  readonly index: AuditIndex;
  readonly report: (message: string, error: unknown) => void;
}

/** Keeps the index of the audit log in step with the log of events. */
export class AuditFollower extends IndexFollower {
  constructor({ events, index, report }: FollowerParts) {
    const followed = {
      types: auditedTypes,
      cursor: () => index.cursor(),
      keep: (batch: readonly StoredEvent[], from: number, to: number) => index.move(from, to, batch.flatMap(changesOf)),
    };
    super(events, followed, (error) => {
      report('the audit log was not brought up to date; it is tried again', error);
    });
  }
}

function changesOf(event: StoredEvent): readonly GuardedStatement[] {
  const entry = entryOf(event);
  if (!entry) return [];
  // What a fork holds before this was done to the task that it comes from.
  const copies = event.eventType === 'TASK_FORKED' ? [indexChanges.drop('task', entry.subject, entry.sequence)] : [];
  return [...copies, indexChanges.add(entry)];
}
