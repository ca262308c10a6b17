import type { EventPayloads, EventType, StoredEvent } from '../events/index.ts';
import type { AuditAction } from './actions.ts';
import type { AuditEntry, SubjectKind, results } from './audit-entry.ts';

/** What an event says to the audit log, beside what every event says. */
export interface Said {
  readonly action: AuditAction;
  readonly what: string;
  /** Who, where the event's data knows better than its actor: the agent that has done a step. */
  readonly who?: string;
  readonly step?: string;
  /** The same of a caller who was refused: such an event has no actor. */
  readonly from?: Pick<AuditEntry, 'keyId' | 'role' | 'door'>;
  readonly why?: string | null | undefined;
  /** Default: ok. */
  readonly result?: (typeof results)[number];
  readonly detail?: string | null | undefined;
}

/** Null: this one belongs to the inner workings, and is not told. */
export type Rule<K extends EventType> = (data: Readonly<EventPayloads[K]>, event: StoredEvent<K>) => Said | null;

/**
 * What becomes of the events of some types; null: of none of a type. Every type stands in one of them, which the
 * compiler sees to, so that nothing can be done that the audit log has no word for.
 */
export interface RuleSet<K extends EventType> {
  readonly kind: SubjectKind;
  /** What the streams of these events begin with before the id of the subject. */
  readonly prefix: string;
  readonly rules: { readonly [T in K]: Rule<T> | null };
}

const MAX_TEXT = 500;

/** A text of bounded length, without line breaks. */
export function short(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…`.toWellFormed() : text;
}
