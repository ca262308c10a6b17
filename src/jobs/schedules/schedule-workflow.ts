import type { EventDraft, EventPayloads, StoredEvent } from '../../events/index.ts';
import { type Clock, toTimestamp } from '../../kernel/clock.ts';
import { AppError, messageOf } from '../../kernel/errors.ts';
import {
  type Commit,
  type Decision,
  DuplicateTaskError,
  type Failure,
  type Outcome,
  priorities,
  type Queueing,
  QueueFullError,
  ShuttingDownError,
  type Step,
  type Workflow,
} from '../../orchestrator/index.ts';
import { StoreUnavailableError } from '../../storage/index.ts';
import { dueAfter, dueBetween } from './due-times.ts';

export const SCHEDULE = 'schedule';

const SLOT_MS = 60_000;
/** Runs that are later than this were missed. */
const LATE_MS = 30_000;
/** So many missed runs are made up for at most. */
const MOST_MADE_UP = 100;
const MOST_COUNTED = 10_000;
const POSTPONE_MS = 5000;

/** Everything that decides when a schedule fires next: nothing but its folded events. */
export interface ScheduleState {
  readonly scheduleId: string;
  readonly created: EventPayloads['SCHEDULE_CREATED'] | null;
  readonly createdAt: string;
  /** Due times up to here are dealt with. */
  readonly handledUntil: string;
  readonly postponedUntil: string;
  /** How far time has come as far as the schedule was told. */
  readonly elapsed: string;
  readonly fired: number;
  readonly skipped: number;
  readonly lastJobId: string | null;
  readonly lastFiredAt: string | null;
  readonly error: { readonly code: string; readonly reason: string } | null;
  readonly outcome: Outcome | null;
}

export interface ScheduleAction {
  readonly kind: 'fire';
  readonly key: string;
  readonly due: string;
}

export interface ScheduleTools {
  readonly clock: Clock;
  /** Makes the job of a run that is due; rejects with DuplicateTaskError where it was made before. */
  readonly create: (state: ScheduleState, jobId: string) => Promise<void>;
}

/** When it is due next, in ISO 8601; null: never again. Pure. */
export function nextDue({ created, createdAt, handledUntil, outcome }: ScheduleState): string | null {
  if (!created || outcome) return null;
  const next = dueAfter(created, Date.parse(handledUntil || createdAt));
  return next === null ? null : toTimestamp(next);
}

/**
 * A schedule: it waits like any other work until it is due, and whoever claims it then makes the job, under a name that
 * follows from the due time, so that it is made once however many look after it and whatever happens meanwhile.
 */
export class ScheduleWorkflow implements Workflow<ScheduleState, ScheduleAction> {
  readonly name = SCHEDULE;

  constructor(private readonly tools: ScheduleTools) {}

  adopt(fact: StoredEvent, before: Queueing | null): Queueing | null {
    return fact.eventType === 'SCHEDULE_CREATED' ? { priority: priorities.HIGH, timeoutMs: SLOT_MS } : before;
  }

  initial(scheduleId: string): ScheduleState {
    return {
      scheduleId,
      created: null,
      createdAt: '',
      handledUntil: '',
      postponedUntil: '',
      elapsed: '',
      fired: 0,
      skipped: 0,
      lastJobId: null,
      lastFiredAt: null,
      error: null,
      outcome: null,
    };
  }

  evolve(state: ScheduleState, event: StoredEvent): ScheduleState {
    if (state.outcome) return state;
    switch (event.eventType) {
      case 'SCHEDULE_CREATED':
        return { ...state, created: event.data, createdAt: event.timestamp };
      case 'WAIT_ELAPSED':
        return { ...state, elapsed: event.data.until };
      case 'SCHEDULE_FIRED': {
        const { due, jobId } = event.data;
        const fired = { fired: state.fired + 1, lastJobId: jobId, lastFiredAt: event.timestamp, error: null };
        return { ...state, ...fired, handledUntil: due };
      }
      case 'SCHEDULE_SKIPPED':
        return { ...state, skipped: state.skipped + event.data.count, handledUntil: event.data.until };
      case 'SCHEDULE_POSTPONED':
        return { ...state, postponedUntil: event.data.until };
      case 'SCHEDULE_FAILED':
        return { ...state, handledUntil: event.data.due, error: { code: event.data.code, reason: event.data.reason } };
      case 'SCHEDULE_DELETED':
        return { ...state, outcome: 'cancelled' };
      default:
        return state;
    }
  }

  decide(state: ScheduleState): Decision<ScheduleAction> {
    if (state.outcome) return { kind: 'done', outcome: state.outcome };
    const due = nextDue(state);
    if (due === null) return { kind: 'done', outcome: state.error && state.fired === 0 ? 'failed' : 'completed' };
    const until = due > state.postponedUntil ? due : state.postponedUntil;
    if (until <= state.elapsed) return { kind: 'act', actions: [{ kind: 'fire', key: `fire:${due}:${until}`, due }] };
    return { kind: 'wait', wait: { reason: 'awaitingDueTime', detail: `It is due at ${due}.`, until } };
  }

  /** Makes the jobs of all runs that are due by now, as the rule for missed ones has it. */
  async perform(action: ScheduleAction, { state }: Step<ScheduleState>): Promise<Commit<ScheduleState>> {
    const facts = await this.fire(state);
    // Deleted meanwhile: what was made stays, and nothing more is said of it.
    return (current) => (nextDue(current) === action.due ? facts : []);
  }

  fail(state: ScheduleState, { code, reason }: Failure): readonly EventDraft[] {
    return [{ eventType: 'SCHEDULE_FAILED', data: { due: nextDue(state) ?? state.createdAt, code, reason } }];
  }

  private async fire(state: ScheduleState): Promise<readonly EventDraft[]> {
    const { created } = state;
    if (!created) return [];
    const now = this.tools.clock();
    const { times, isMore } = dueBetween(created, Date.parse(state.handledUntil || state.createdAt), now, MOST_COUNTED);
    const wanted = new Set(isMore ? [] : wantedOf(times, created.missed, now));
    const facts: EventDraft[] = [];
    const passed = times.filter((time) => !wanted.has(time));
    if (passed.length > 0) {
      const [from, until] = [passed[0] ?? now, passed.at(-1) ?? now].map(toTimestamp);
      facts.push({
        eventType: 'SCHEDULE_SKIPPED',
        data: { from: from ?? '', until: until ?? '', count: passed.length },
      });
    }
    for (const time of wanted) {
      const fact = await this.fireOnce(state, toTimestamp(time), now);
      facts.push(fact);
      if (fact.eventType === 'SCHEDULE_POSTPONED') break;
    }
    return facts;
  }

  private async fireOnce(state: ScheduleState, due: string, now: number): Promise<EventDraft> {
    const jobId = `${state.scheduleId}@${due}`;
    const fired: EventDraft = { eventType: 'SCHEDULE_FIRED', data: { due, jobId } };
    try {
      await this.tools.create(state, jobId);
      return fired;
    } catch (error) {
      // It was made in an earlier life, or by another instance.
      if (error instanceof DuplicateTaskError) return fired;
      if (error instanceof QueueFullError) {
        const data = { due, until: toTimestamp(now + POSTPONE_MS), reason: error.message };
        return { eventType: 'SCHEDULE_POSTPONED', data };
      }
      if (error instanceof ShuttingDownError || error instanceof StoreUnavailableError) throw error;
      const code = error instanceof AppError ? error.code : 'SCHEDULE_FAILED';
      return { eventType: 'SCHEDULE_FAILED', data: { due, code, reason: messageOf(error) } };
    }
  }
}

/** Of the times that were due those that a job is made for; they are the last ones, so that what is passed comes before. */
function wantedOf(
  times: readonly number[],
  missed: EventPayloads['SCHEDULE_CREATED']['missed'],
  now: number,
): readonly number[] {
  switch (missed) {
    case 'all':
      return times.slice(-MOST_MADE_UP);
    case 'once':
      return times.slice(-1);
    case 'skip':
      return times.slice(-1).filter((time) => now - time <= LATE_MS);
  }
}
