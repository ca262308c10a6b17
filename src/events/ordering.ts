import type { StoredEvent } from './event.ts';
import { happensBefore, type VectorClock } from './vector-clock.ts';

/** What a report or a correction says about the code it speaks of. */
export interface CodeStand {
  readonly codeVersion: number;
  readonly vectorClock: VectorClock;
  readonly codeHash?: string | null;
}

/** Which check decided about a report. */
export type ReportCheck = 'version' | 'futureVersion' | 'clock' | 'hash' | 'none';

export interface ReportValidity {
  readonly valid: boolean;
  /** The check that refused it, or the last one that it passed. */
  readonly decidedBy: ReportCheck;
}

/**
 * Whether a bug report still speaks of the code as the newest correction left it: by version, then by causality, then,
 * where the clocks are concurrent, by the hash of the code. A report for a version above the correction's is invalid
 * in itself (`futureVersion`). Time stamps never matter.
 */
export function isReportValidForCurrentCode(report: CodeStand, correction: CodeStand): ReportValidity {
  if (report.codeVersion > correction.codeVersion) return { valid: false, decidedBy: 'futureVersion' };
  if (report.codeVersion < correction.codeVersion) return { valid: false, decidedBy: 'version' };
  if (happensBefore(report.vectorClock, correction.vectorClock)) return { valid: false, decidedBy: 'clock' };
  const hasHashes = Boolean(report.codeHash) && Boolean(correction.codeHash);
  if (!hasHashes) return { valid: true, decidedBy: 'clock' };
  return { valid: report.codeHash === correction.codeHash, decidedBy: 'hash' };
}

/** The events that speak of the current version of the code or a newer one, in their order. */
export function filterStale(events: readonly StoredEvent[], currentVersion: number): readonly StoredEvent[] {
  return events.filter((event) => event.codeVersion >= currentVersion);
}

/** The first place where the code version goes down, or null when it never does. */
export function checkMonotonic(
  events: readonly StoredEvent[],
): { readonly index: number; readonly event: StoredEvent; readonly previousVersion: number } | null {
  let previousVersion = 0;
  for (const [index, event] of events.entries()) {
    if (event.codeVersion < previousVersion) return { index, event, previousVersion };
    previousVersion = event.codeVersion;
  }
  return null;
}
