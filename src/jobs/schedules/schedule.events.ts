import { declareEventTypes } from '../../events/index.ts';
import type { Json } from '../../kernel/json.ts';

/** What becomes of runs that were due while nobody could start them: none of them, the last one, or all (the last 100). */
export const missedRules = ['skip', 'once', 'all'] as const;

export type MissedRule = (typeof missedRules)[number];

/** When a schedule is due: once, or whenever its expression says so. */
export interface Timing {
  /** ISO 8601; null with a cron expression. */
  readonly at: string | null;
  /** Five fields, or six with seconds first; null with a moment. */
  readonly cron: string | null;
  /** IANA name, such as Europe/Berlin: what the fields of cron are read in. */
  readonly timezone: string;
  readonly missed: MissedRule;
}

declare module '../../events/event.ts' {
  interface EventPayloads {
    /** Each schedule is a stream of its own, named by its id. `job` is what POST /jobs takes. */
    SCHEDULE_CREATED: Timing & { job: { readonly [key: string]: Json }; submitter?: string };
    /** It was due, and this job came of it. */
    SCHEDULE_FIRED: { due: string; jobId: string };
    /** Runs that were missed and are not made up for. */
    SCHEDULE_SKIPPED: { from: string; until: string; count: number };
    /** There was no room for the job: it is tried again then. */
    SCHEDULE_POSTPONED: { due: string; until: string; reason: string };
    /** No job came of a run that was due. */
    SCHEDULE_FAILED: { due: string; code: string; reason: string };
    SCHEDULE_DELETED: { by: string };
  }
}

declareEventTypes(
  'SCHEDULE_CREATED',
  'SCHEDULE_FIRED',
  'SCHEDULE_SKIPPED',
  'SCHEDULE_POSTPONED',
  'SCHEDULE_FAILED',
  'SCHEDULE_DELETED',
);
