/** What a check of doctor found, and what to do about it. */
export interface Finding {
  readonly check: string;
  /** `note`: works, but is worth knowing. `fault`: keeps Taskloom from working. */
  readonly status: 'ok' | 'note' | 'fault';
  readonly detail: string;
  /** Null where nothing needs to be done. */
  readonly cure: string | null;
}
