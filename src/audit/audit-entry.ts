import type { Door } from '../kernel/acting.ts';
import type { Role } from '../kernel/roles.ts';
import type { AuditAction } from './actions.ts';

/** What something was done to. */
export const subjectKinds = [
  'task',
  'job',
  'schedule',
  'agent',
  'webhook',
  'key',
  'knowledge',
  'message',
  'access',
] as const;

export type SubjectKind = (typeof subjectKinds)[number];

export const results = ['ok', 'failed', 'refused'] as const;

/** One line of the audit log: made from one event, and never anything that the event does not say. */
export interface AuditEntry {
  /** Of the event, in the whole log: the order of entries, and their name. */
  readonly sequence: number;
  readonly eventId: string;
  readonly eventType: string;
  /** ISO 8601. */
  readonly at: string;
  /** The name of the key, of an agent, or of whoever callers say they are where no key is needed; `taskloom`: the server. */
  readonly who: string;
  /** How that was found out; `none`: it is the server's own doing. */
  readonly proof: 'key' | 'token' | 'worker-token' | 'loopback' | 'none';
  readonly keyId: string | null;
  readonly role: Role | null;
  readonly door: Door;
  /** Such as `job.cancelled`. */
  readonly action: AuditAction;
  readonly kind: SubjectKind;
  /** The task, job, schedule …: its stream is named so, but for a prefix. */
  readonly subject: string;
  /** Of a job. */
  readonly step: string | null;
  /** In one sentence. */
  readonly what: string;
  /** The reason that was given. */
  readonly why: string | null;
  readonly result: (typeof results)[number];
  /** What came of it, or what was wrong, at most 500 characters; the event has all of it. */
  readonly detail: string | null;
  /** Of the request, where it came of one; else of the stream. */
  readonly correlationId: string;
}
