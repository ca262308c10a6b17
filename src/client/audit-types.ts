/** One line of the audit log. */
export interface AuditEntry {
  readonly sequence: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly at: string;
  /** The name of the key; where none is needed who callers say they are; `taskloom`: the server itself. */
  readonly who: string;
  readonly proof: 'key' | 'token' | 'worker-token' | 'loopback' | 'none';
  readonly keyId: string | null;
  readonly role: 'viewer' | 'operator' | 'worker' | 'admin' | null;
  readonly door: 'rest' | 'socket' | 'mcp' | 'cli' | 'schedule' | 'system';
  /** Such as `approval.given`. */
  readonly action: string;
  readonly kind: string;
  readonly subject: string;
  readonly step: string | null;
  readonly what: string;
  readonly why: string | null;
  readonly result: 'ok' | 'failed' | 'refused';
  readonly detail: string | null;
  readonly correlationId: string;
}

export interface AuditPage {
  /** The newest first. */
  readonly entries: readonly AuditEntry[];
  /** Give it as `cursor` for the next page; null at the end. */
  readonly nextCursor: number | null;
}

/** By what entries are looked for; all of it has to fit. */
export interface AuditQuery {
  readonly job?: string;
  readonly task?: string;
  readonly who?: string;
  /** One action, or all that begin with this word, such as `approval`. */
  readonly action?: string;
  /** ISO 8601. */
  readonly since?: string;
  readonly until?: string;
}
