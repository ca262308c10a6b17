import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '../../src/events/event-store.sqlite.ts';
import { SqliteDatabase } from '../../src/storage/database.sqlite.ts';
import { sleep } from '../../src/kernel/clock.ts';
import { type Acknowledged, AppenderProcess } from '../support/appender-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 15);
const CALLERS = 5;

/** Opens the log as the next start would, and checks all that came since `after` against what was acknowledged. */
async function expectIntact(path: string, after: number, acknowledged: readonly Acknowledged[]): Promise<number> {
  const database = await SqliteDatabase.open({ path });
  const store = await SqliteEventStore.open({ database });
  try {
    const stored = new Set<string>();
    const streams = new Map<string, number>();
    let last = after;
    for (let page = await store.readAll({ after }); page.length > 0; page = await store.readAll({ after: last })) {
      for (const event of page) {
        expect(event.sequenceNumber).toBe(++last);
        stored.add(`${event.taskId} ${event.streamSequence} ${event.eventId}`);
        streams.set(event.taskId, event.streamSequence);
      }
    }
    const told = acknowledged.map(({ taskId, streamSequence, eventId }) => `${taskId} ${streamSequence} ${eventId}`);
    expect(told.filter((line) => !stored.has(line))).toEqual([]);
    expect(new Set(told).size).toBe(told.length);
    for (const [taskId, events] of streams) expect(await store.verify(taskId)).toEqual({ intact: true, events });
    expect(await store.lastSequence()).toBe(last);
    return last;
  } finally {
    await database.close();
  }
}

async function expectWhole(path: string, events: number): Promise<void> {
  const database = await SqliteDatabase.open({ path });
  const store = await SqliteEventStore.open({ database });
  expect(database.select('PRAGMA integrity_check')).toEqual([['ok']]);
  expect(await store.verifyLog()).toMatchObject({ intact: true, events });
  await database.close();
}

describe('a store whose processes are killed while they append', () => {
  it(
    `opens with every acknowledged event, no half-written one and no gap, after each of ${ROUNDS} kills [EV-25, EV-20, EV-21, EV-30]`,
    async () => {
      using directory = temporaryDirectory();
      const path = join(directory.path, 'events.db');
      // Every fourth time two processes are killed at once.
      const warm = (round: number) => Array.from({ length: round % 4 === 3 ? 2 : 1 }, () => new AppenderProcess());
      let next = warm(0);
      let last = 0;
      let acknowledgedInAll = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const appenders = next;
        next = round + 1 < ROUNDS ? warm(round + 1) : [];
        await Promise.all(
          appenders.map((each, index) => each.start({ path, name: `r${round}-${index}`, callers: CALLERS })),
        );
        await Promise.race(appenders.map((each) => each.until(Math.floor(Math.random() * 60))));
        await sleep(Math.random() * 15);
        const acknowledged = (await Promise.all(appenders.map((each) => each.kill()))).flat();
        last = await expectIntact(path, last, acknowledged);
        acknowledgedInAll += acknowledged.length;
        if (round % 50 === 49) await expectWhole(path, last);
      }
      await expectWhole(path, last);
      expect(acknowledgedInAll).toBeGreaterThan(ROUNDS);
    },
    60_000 + ROUNDS * 2000,
  );

  it('survives a kill of one of two processes on the same log [EV-21, EV-25]', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'events.db');
    const victim = await new AppenderProcess().start({ path, name: 'victim', callers: 4 });
    const survivor = await new AppenderProcess().start({ path, name: 'survivor', callers: 4, events: 60 });
    await Promise.all([victim.until(10), survivor.until(10)]);
    const lines = [...(await victim.kill()), ...(await survivor.ended())];
    expect(survivor.child.exitCode).toBe(0);
    expect(lines.filter(({ taskId }) => taskId.startsWith('survivor')).length).toBeGreaterThanOrEqual(60);
    await expectIntact(path, 0, lines);
  }, 40_000);

  it('serves callers in several processes without a gap or a repeat, also on one stream [EV-21, EV-13]', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'events.db');
    const appenders = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) =>
        new AppenderProcess().start({ path, name, callers: 4, events: 40, shared: true }),
      ),
    );
    const lines = (await Promise.all(appenders.map((each) => each.ended()))).flat();
    expect(appenders.map(({ child }) => child.exitCode)).toEqual([0, 0, 0, 0]);
    expect(await expectIntact(path, 0, lines)).toBe(lines.length);
    const database = await SqliteDatabase.open({ path });
    const store = await SqliteEventStore.open({ database });
    // Each process has its own counter, and each event is after the one before it in its stream.
    const events = await store.getEvents('shared-0');
    expect(Object.keys(events.at(-1)?.vectorClock ?? {})).toHaveLength(4);
    await database.close();
  }, 60_000);
});
