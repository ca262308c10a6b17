import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventDraft, SqliteEventStore } from '../../src/events/index.ts';
import { Database } from '../../src/storage/index.ts';
import { Compiled } from '../support/compiled.ts';
import { eventLog } from '../support/event-log.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const said = (guidance: string): EventDraft => ({ eventType: 'USER_INTERVENTION', data: { guidance, by: 'tester' } });

describe('a large event', () => {
  it('of 10 MiB is stored and read back as it was, alone and among others [EV-31, EV-5]', async () => {
    const log = await eventLog();
    // Several bytes to a character, and no part like another.
    const guidance = Array.from({ length: 900_000 }, (_, index) => `${index}é🧵`).join('');
    expect(Buffer.byteLength(guidance)).toBeGreaterThan(10 * 1024 * 1024);
    const [before, large, after] = await log.events.append('a', [said('before'), said(guidance), said('after')]);
    expect(large?.data).toEqual({ guidance, by: 'tester' });
    expect(await log.events.getEvents('a')).toEqual([before, large, after]);
    expect(await log.events.findEvent(large?.eventId ?? '')).toEqual(large);
    for await (const batch of log.events.subscribe({ after: 1 })) {
      expect(batch[0]).toEqual(large);
      break;
    }
    await log.close();
  });

  it('above the limit is refused with both sizes, and leaves nothing behind [EV-5, EV-31]', async () => {
    const log = await eventLog();
    const frame = Buffer.byteLength(JSON.stringify({ guidance: '', by: 'tester' }));
    const fits = 'x'.repeat(16 * 1024 * 1024 - frame);
    await expect(log.events.append('a', [said('first'), said(`${fits}x`)])).rejects.toThrow(
      /16777217 bytes of JSON, more than the 16777216 allowed/,
    );
    expect(await log.events.lastSequence()).toBe(0);
    expect(await log.events.append('a', [said(fits)])).toHaveLength(1);
    await log.close();
  });
});

describe('a log of 300,000 events', () => {
  const EVENTS = 300_000;
  const SUM = (EVENTS * (EVENTS + 1)) / 2;
  let directory: ReturnType<typeof temporaryDirectory>;
  let compiled: Compiled;
  let path: string;

  beforeAll(async () => {
    directory = temporaryDirectory();
    compiled = new Compiled('test/events/long-reader.ts');
    path = join(directory.path, 'events.db');
    const database = await Database.open({ path });
    const store = await SqliteEventStore.open({ database });
    const drafts = Array.from({ length: 5000 }, (_, index) => said(`${index} ${'x'.repeat(200)}`));
    for (let written = 0; written < EVENTS; written += drafts.length) await store.append('long', drafts);
    await database.close();
  }, 180_000);

  afterAll(() => {
    compiled[Symbol.dispose]();
    directory[Symbol.dispose]();
  });

  it.each(['read', 'readAll', 'subscribe'])(
    'is gone through by %s in less than 200 MB, with 40 MB for objects [EV-24, EV-28]',
    (way) => {
      const args = ['--max-old-space-size=40', compiled.path('test/events/long-reader.ts'), path, way, `${EVENTS}`];
      const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      expect(status).toBe(0);
      const [events, sum, megabytes] = stdout.split(' ').map(Number);
      expect([events, sum]).toEqual([EVENTS, SUM]);
      expect(megabytes).toBeLessThan(200);
    },
    60_000,
  );
});
