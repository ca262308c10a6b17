import type { AuditEntry } from './audit-entry.ts';

/** The columns of an export, in order. */
export const auditColumns = [
  'sequence',
  'at',
  'who',
  'proof',
  'keyId',
  'role',
  'door',
  'action',
  'kind',
  'subject',
  'step',
  'what',
  'why',
  'result',
  'detail',
  'correlationId',
  'eventType',
  'eventId',
] as const satisfies readonly (keyof AuditEntry)[];

/** One entry a line (JSON Lines). */
export function ndjsonOf(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

export const csvHead = `${auditColumns.join(',')}\r\n`;

/** RFC 4180. What a spreadsheet would take for a formula gets an apostrophe before it, which makes it text there. */
export function csvOf(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${auditColumns.map((column) => field(entry[column])).join(',')}\r\n`).join('');
}

function field(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe =
    /^[\s\p{Cc}]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u.test(value) || /^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
