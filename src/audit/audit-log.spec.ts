import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EventLog, eventLog } from '../../test/support/event-log.ts';
import { describeOnPostgres, temporaryPostgres } from '../../test/support/postgres.ts';
import { type EventDraft, type EventStore, PostgresEventStore } from '../events/index.ts';
import type { Actor } from '../kernel/acting.ts';
import { type Database, PostgresDatabase } from '../storage/index.ts';
import type { AuditEntry } from './audit-entry.ts';
import { AuditFollower } from './audit-follower.ts';
import { type AuditFilter, AuditIndex } from './audit-index.ts';
import { AuditLog } from './audit-log.ts';
import { entryOf } from './entry-of.ts';

const people = ['ada', 'bob'] as const;
const actorOf = (name: string): Actor => {
  return { name, proof: 'key', keyId: null, role: 'operator', door: 'rest', correlationId: null };
};

/** What people and the engine may append, some of it told and some not. */
const drafts: readonly EventDraft[] = [
  { eventType: 'TASK_PAUSED', data: { code: 'USER', reason: 'lunch', by: 'x' } },
  { eventType: 'TASK_RESUMED', data: { by: 'x' } },
  { eventType: 'MODULE_STARTED', data: { module: 'a' } },
  { eventType: 'TASK_COMPLETE', data: { summary: 's' } },
  { eventType: 'JOB_CANCELLED', data: { by: 'x', reason: 'r' } },
];

const moves = fc.array(
  fc.record({
    stream: fc.constantFrom('one', 'two', 'three'),
    draft: fc.constantFrom(...drafts),
    by: fc.constantFrom(...people, null),
  }),
  { minLength: 1, maxLength: 30 },
);

async function opened(events: EventStore, database: Database, rules = 'these') {
  const index = await AuditIndex.open(database, rules);
  const problems: unknown[] = [];
  const follower = new AuditFollower({ events, index, report: (_message, error) => problems.push(error) });
  return { audit: new AuditLog(events, index, follower), follower, problems };
}

async function all(audit: AuditLog, filter: AuditFilter = {}): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const page of audit.all(filter)) entries.push(...page);
  return entries;
}

/** Page by page, the newest first. */
async function paged(audit: AuditLog, filter: AuditFilter, limit: number): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (let cursor: number | null | undefined; cursor !== null;) {
    const page = await audit.page(filter, { cursor, limit });
    entries.push(...page.entries);
    cursor = page.nextCursor;
  }
  return entries;
}

interface Move {
  readonly stream: string;
  readonly draft: EventDraft;
  readonly by: string | null;
}

async function append(events: EventStore, name: string, given: readonly Move[]): Promise<void> {
  for (const { stream, draft, by } of given)
    await events.append(`${name} ${stream}`, [draft], { actor: by === null ? null : actorOf(by) });
}

/** What the log itself comes to. */
async function told(events: EventStore): Promise<AuditEntry[]> {
  return (await events.readAll({ after: 0, limit: 100_000 })).flatMap((event) => entryOf(event) ?? []);
}

async function behaves(events: EventStore, database: Database): Promise<void> {
  const [one, other] = [await opened(events, database), await opened(events, database)];
  one.follower.start();
  other.follower.start();
  const given = Array.from({ length: 60 }, (_, index) => ({
    stream: String(index % 3),
    draft: drafts[index % drafts.length] as EventDraft,
    by: people[index % 2] ?? null,
  }));
  await Promise.all([append(events, 'a', given), append(events, 'b', given), one.follower.catchUp()]);
  const expected = await told(events);
  expect(await all(one.audit)).toEqual(expected);
  expect(await all(other.audit)).toEqual(expected);
  const filter = { subject: { kind: 'task', id: 'a 1' }, who: 'ada', actions: ['task.paused'] } as const;
  const found = expected.filter(
    (each) => each.subject === 'a 1' && each.who === 'ada' && each.action === 'task.paused',
  );
  expect(found.length).toBeGreaterThan(0);
  expect(await paged(one.audit, filter, 3)).toEqual(found.toReversed());
  // By other rules everything is looked at anew.
  const anew = await opened(events, database, 'others');
  expect(await all(anew.audit)).toEqual(expected);
  await Promise.all([one.follower.stop(), other.follower.stop()]);
  expect([...one.problems, ...other.problems]).toEqual([]);
}

describe('the audit log in SQLite', () => {
  let log: EventLog;
  beforeAll(async () => {
    log = await eventLog();
  });
  afterAll(() => log.close());

  it('tells everything once, however many follow the log, and again when its rules change [PL-5]', async () => {
    await behaves(log.events, log.database);
  });

  it('comes to what the log comes to, whole and by pages of any size, whatever was done [PL-5]', async () => {
    const { audit } = await opened(log.events, log.database, 'others');
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        moves,
        fc.integer({ min: 1, max: 7 }),
        fc.option(fc.constantFrom(...people)),
        async (given, limit, who) => {
          const name = `run ${(run += 1)}`;
          await append(log.events, name, given);
          const expected = (await told(log.events)).filter(
            (each) => each.subject === `${name} two` && (who === null || each.who === who),
          );
          const filter = { subject: { id: `${name} two` }, ...(who === null ? {} : { who }) };
          expect(await all(audit, filter)).toEqual(expected);
          expect(await paged(audit, filter, limit)).toEqual(expected.toReversed());
        },
      ),
      { numRuns: 25 },
    );
  });
});

describeOnPostgres('the audit log in PostgreSQL', () => {
  it('tells everything once, however many follow the log, and again when its rules change [PL-5, EV-27]', async () => {
    await using place = await temporaryPostgres();
    const database = await PostgresDatabase.open({ url: place.url });
    try {
      await behaves(await PostgresEventStore.open({ database }), database);
    } finally {
      await database.close();
    }
  });
});
