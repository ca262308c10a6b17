import { Cron } from 'croner';
import { toTimestamp } from '../../kernel/clock.ts';
import { type Issue, messageOf } from '../../kernel/errors.ts';
import type { Timing } from './schedule.events.ts';

/** The first time a schedule is due after a moment (milliseconds since 1970); null: never. Pure. */
export function dueAfter(
  { at, cron, timezone }: Pick<Timing, 'at' | 'cron' | 'timezone'>,
  afterMs: number,
): number | null {
  if (at !== null) return Date.parse(at) > afterMs ? Date.parse(at) : null;
  if (cron === null) return null;
  return new Cron(cron, { timezone, paused: true }).nextRun(new Date(afterMs))?.getTime() ?? null;
}

/** The times that were due after a moment and up to another, at most `limit`, the first ones. `isMore`: there are others. */
export function dueBetween(
  timing: Pick<Timing, 'at' | 'cron' | 'timezone'>,
  afterMs: number,
  untilMs: number,
  limit: number,
): { readonly times: readonly number[]; readonly isMore: boolean } {
  const times: number[] = [];
  for (let next = dueAfter(timing, afterMs); next !== null && next <= untilMs; next = dueAfter(timing, next)) {
    if (times.length === limit) return { times, isMore: true };
    times.push(next);
  }
  return { times, isMore: false };
}

const MAX_CRON = 200;

/** What is wrong with the timing of a new schedule. */
export function timingIssues(
  { at, cron, timezone }: Pick<Timing, 'at' | 'cron' | 'timezone'>,
  nowMs: number,
): readonly Issue[] {
  if (!isTimezone(timezone)) {
    return [
      {
        path: 'timezone',
        message: `${JSON.stringify(timezone)} is no time zone: give one such as Europe/Berlin or UTC`,
      },
    ];
  }
  if ((at === null) === (cron === null)) {
    return [{ path: 'at', message: 'or cron is needed, and not both: give a time or an expression' }];
  }
  if (at !== null) {
    if (Number.isNaN(Date.parse(at))) return [{ path: 'at', message: `${JSON.stringify(at)} is no time in ISO 8601` }];
    if (Date.parse(at) > nowMs) return [];
    return [
      { path: 'at', message: `${at} is over (now is ${toTimestamp(nowMs)}): give a later time, or leave it out` },
    ];
  }
  return cronIssues(cron ?? '', timezone, nowMs);
}

function cronIssues(cron: string, timezone: string, nowMs: number): readonly Issue[] {
  if (cron.length > MAX_CRON) {
    return [{ path: 'cron', message: `has ${cron.length} characters: give at most ${MAX_CRON}` }];
  }
  // Croner takes moments, too: those are for `at`.
  if (/^\s*\d{4}-/.test(cron)) return [{ path: 'cron', message: 'is a moment and no expression: give it as at' }];
  try {
    if (dueAfter({ at: null, cron, timezone }, nowMs) !== null) return [];
    return [
      {
        path: 'cron',
        message: `${JSON.stringify(cron)} is never due: give an expression that is, such as 0 7 * * 1-5`,
      },
    ];
  } catch (error) {
    const message = `${JSON.stringify(cron)} is no cron expression (${messageOf(error)}): give one such as 0 7 * * 1-5`;
    return [{ path: 'cron', message }];
  }
}

function isTimezone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}
