import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '../../src/events/event-store.sqlite.ts';
import { SqliteDatabase } from '../../src/storage/database.sqlite.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const EVENTS = 300_000;
const BATCH = 3000;
const MAX_BYTES = 200_000_000;
const MEBIBYTE = 1024 * 1024;
const reader = fileURLToPath(new URL('./reader.mjs', import.meta.url));
const run = promisify(execFile);

const said = (guidance: string) => ({ eventType: 'USER_INTERVENTION' as const, data: { guidance, by: 'tester' } });

describe('a log that is larger than the memory it may take', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let path: string;

  beforeAll(async () => {
    directory = temporaryDirectory();
    path = join(directory.path, 'events.db');
    const database = await SqliteDatabase.open({ path });
    const store = await SqliteEventStore.open({ database });
    const text = 'x'.repeat(300);
    for (let first = 1; first <= EVENTS; first += BATCH) {
      await store.append(
        'long',
        Array.from({ length: BATCH }, (_, index) => said(`${first + index} ${text}`)),
      );
    }
    await database.close();
  }, 240_000);

  afterAll(() => directory[Symbol.dispose]());

  it.each(['read', 'readAll', 'subscribe', 'verifyLog'])(
    'is read to its end by %s in less than 200 MB [EV-24, EV-31]',
    async (way) => {
      const { stdout } = await run(process.execPath, [
        '--max-old-space-size=64',
        reader,
        path,
        way,
        'long',
        String(EVENTS),
      ]);
      const { peakBytes, ...seen } = JSON.parse(stdout) as { events: number; inOrder: boolean; peakBytes: number };
      expect(seen).toEqual({ events: EVENTS, inOrder: true });
      expect(peakBytes).toBeLessThan(MAX_BYTES);
    },
    120_000,
  );
});

describe('data of 10 MiB', () => {
  it('is stored, read back, found, followed and verified as it was, also after the store was opened anew [EV-31]', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'events.db');
    const guidance = randomBytes(5 * MEBIBYTE).toString('hex');
    expect(guidance).toHaveLength(10 * MEBIBYTE);
    let database = await SqliteDatabase.open({ path });
    let store = await SqliteEventStore.open({ database });
    const [stored] = await store.append('a', [said(guidance)]);
    await store.append('a', [said('after')]);
    await database.close();
    database = await SqliteDatabase.open({ path });
    store = await SqliteEventStore.open({ database });
    const [large, small] = await store.getEvents('a');
    expect(large?.data).toEqual({ guidance, by: 'tester' });
    expect(large).toEqual(stored);
    expect(small?.data).toMatchObject({ guidance: 'after' });
    expect((await store.findEvent(stored?.eventId ?? ''))?.data).toEqual(large?.data);
    for await (const batch of store.subscribe({ taskId: 'a', after: 0 })) {
      expect(batch[0]).toEqual(stored);
      break;
    }
    expect(await store.verifyLog()).toMatchObject({ intact: true, events: 2 });
    await database.close();
  }, 60_000);
});
