import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JobBench, type Life } from '../../../test/support/job-bench.ts';
import { until } from '../../../test/support/orchestrator-bench.ts';
import { dueAfter, dueBetween, timingIssues } from './due-times.ts';
import type { MissedRule } from './schedule.events.ts';

const job = { tasks: [{ id: 'a', action: 'rpn' }] };
const works: Life = { capabilities: ['rpn'], run: () => Promise.resolve({ ok: true, result: null }) };

let bench: JobBench;
let now: number;
const clock = () => now;

beforeEach(async () => {
  bench = await JobBench.open();
  now = Date.now();
});

afterEach(() => bench.close());

const firedBy = async (scheduleId: string) =>
  (await bench.eventsOf(scheduleId)).filter(({ eventType }) => eventType === 'SCHEDULE_FIRED').length;

describe('schedules (JB-5)', () => {
  it('make their job once it is time, and no sooner', async () => {
    const system = await bench.start({ ...works, clock });
    const made = await system.schedules.create({ job, at: new Date(now + 60_000).toISOString() });
    expect(made).toMatchObject({ status: 'active', fired: 0, nextDue: new Date(now + 60_000).toISOString() });
    await until(async () => (await system.schedules.list()).length === 1);
    now += 59_000;
    expect((await system.jobs.read.list()).jobs).toEqual([]);
    now += 1000;
    await until(async () => (await system.schedules.get(made.scheduleId)).fired === 1);
    const { jobs } = await system.jobs.read.list();
    expect(jobs).toMatchObject([{ scheduleId: made.scheduleId }]);
    expect(await system.schedules.list()).toEqual([]);
    expect(await system.schedules.list({ all: true })).toMatchObject([{ status: 'ended', lastJobId: jobs[0]?.jobId }]);
  });

  it('survive restarts, and make up for what was missed by their rule: none, the last, or all', async () => {
    const first = await bench.start({ ...works, clock });
    const made = new Map<MissedRule, string>();
    for (const missed of ['skip', 'once', 'all'] as const) {
      made.set(missed, (await first.schedules.create({ job, cron: '* * * * *', missed })).scheduleId);
    }
    await bench.stop();
    // A whole number of minutes and half of one: the last run was due half a minute ago at the most.
    now = Math.ceil(now / 60_000) * 60_000 + 5 * 60_000 + 45_000;
    const next = await bench.start({ ...works, clock });
    const counted = { skip: [0, 6], once: [1, 5], all: [6, 0] } as const;
    for (const [rule, [fired, skipped]] of Object.entries(counted)) {
      const scheduleId = made.get(rule as MissedRule) ?? '';
      await until(async () => {
        const { fired: now1, skipped: now2 } = await next.schedules.get(scheduleId);
        return now1 + now2 === 6;
      });
      expect(await next.schedules.get(scheduleId)).toMatchObject({ fired, skipped, status: 'active' });
    }
  });

  it('fire once however many instances look after them', async () => {
    const one = await bench.start({ ...works, clock });
    const other = await bench.start({ ...works, clock });
    const { scheduleId } = await one.schedules.create({ job, cron: '0 * * * *' });
    for (let hour = 1; hour <= 3; hour++) {
      now += 3_600_000;
      await until(async () => (await other.schedules.get(scheduleId)).fired === hour);
    }
    expect(await firedBy(scheduleId)).toBe(3);
    expect((await one.jobs.read.list()).jobs).toHaveLength(3);
  });

  it('are not due any more once they are deleted', async () => {
    const system = await bench.start({ ...works, clock });
    const { scheduleId } = await system.schedules.create({ job, cron: '* * * * *' });
    expect(await system.schedules.remove(scheduleId, 'ada')).toMatchObject({ status: 'deleted', nextDue: null });
    expect(await system.schedules.remove(scheduleId, 'ada')).toMatchObject({ status: 'deleted' });
    now += 120_000;
    expect(await firedBy(scheduleId)).toBe(0);
    await expect(system.schedules.get('none')).rejects.toMatchObject({ code: 'JOBS_SCHEDULE_NOT_FOUND' });
  });

  it('are refused with what is wrong, also with the job that would come of them', async () => {
    const system = await bench.start({ ...works, clock });
    const later = new Date(now + 60_000).toISOString();
    const wrong = [
      { job },
      { job, at: later, cron: '* * * * *' },
      { job, at: new Date(now - 1000).toISOString() },
      { job, at: 'tomorrow' },
      { job, cron: 'now and then' },
      { job, cron: '0 0 31 2 *' },
      { job, cron: later },
      { job, cron: '* * * * *', timezone: 'Mars/Base' },
      { job: { ...job, jobId: 'mine' }, at: later },
      { job: { tasks: [] }, at: later },
    ];
    for (const schedule of wrong) {
      await expect(system.schedules.create(schedule)).rejects.toMatchObject({ kind: 'invalid' });
    }
    expect(await system.schedules.list({ all: true })).toEqual([]);
  });
});

describe('due times (JB-5)', () => {
  const berlin = { at: null, cron: '30 2 * * *', timezone: 'Europe/Berlin' };

  it('are read in their time zone, also on the days when clocks change', () => {
    const after = (moment: string) => new Date(dueAfter(berlin, Date.parse(moment)) ?? 0).toISOString();
    expect(after('2026-01-10T00:00:00Z')).toBe('2026-01-10T01:30:00.000Z');
    expect(after('2026-07-10T00:00:00Z')).toBe('2026-07-10T00:30:00.000Z');
    // Half past two comes twice that night, and fires once.
    expect(
      dueBetween(berlin, Date.parse('2026-10-24T12:00:00Z'), Date.parse('2026-10-25T12:00:00Z'), 10).times,
    ).toHaveLength(1);
  });

  it('of a long absence are counted up to a limit', () => {
    const every = { at: null, cron: '* * * * * *', timezone: 'UTC' };
    const { times, isMore } = dueBetween(every, 0, 1_000_000, 100);
    expect([times.length, times[0], isMore]).toEqual([100, 1000, true]);
    expect(timingIssues(every, 0)).toEqual([]);
  });
});
