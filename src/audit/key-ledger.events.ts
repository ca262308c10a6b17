import type { EventDraft, EventStore } from '../events/index.ts';
import { type KeyChange, KeyLedger } from '../policy/index.ts';
import type { GuardedStatement } from '../storage/index.ts';

/** Tells of keys in the log: with the same commit as the change, and nothing of the key itself. */
export class EventKeyLedger extends KeyLedger {
  constructor(private readonly events: EventStore) {
    super();
  }

  override async commit(change: KeyChange, alongside: readonly GuardedStatement[]): Promise<void> {
    await this.events.append(`key:${change.id}`, [draftOf(change)], { alongside });
  }
}

function draftOf(change: KeyChange): EventDraft {
  const { id, name, by } = change;
  if (change.kind === 'revoked') return { eventType: 'KEY_REVOKED', data: { id, name, by } };
  return { eventType: 'KEY_CREATED', data: { id, name, role: change.role, expiresAt: change.expiresAt, by } };
}
