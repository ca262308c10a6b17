import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '../../src/events/event-store.sqlite.ts';
import { Database } from '../../src/storage/database.ts';
import { sleep } from '../../src/kernel/clock.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 20);
const appender = fileURLToPath(new URL('./appender.ts', import.meta.url));

interface Appender {
  readonly child: ChildProcess;
  /** Resolves once so many lines have been acknowledged, or the process is gone. */
  readonly until: (count: number) => Promise<void>;
  /** Resolves with the acknowledged lines once the process is gone. */
  readonly acknowledged: Promise<readonly string[]>;
}

function start(...args: string[]): Appender {
  const child = spawn(process.execPath, [appender, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  // A line that the kill has cut was not acknowledged.
  const lines = () => output.split('\n').slice(0, -1);
  const acknowledged = once(child, 'close').then(lines);
  const until = async (count: number) => {
    while (lines().length < count && child.exitCode === null && child.signalCode === null) {
      await Promise.race([once(child.stdout, 'data'), acknowledged]);
    }
  };
  return { child, until, acknowledged };
}

/** Opens the log as the next start would, and checks all of it against what was acknowledged. */
async function expectIntact(path: string, acknowledged: readonly string[]): Promise<void> {
  const database = await Database.open({ path });
  const store = await SqliteEventStore.open({ database });
  try {
    expect(database.select('PRAGMA integrity_check')).toEqual([['ok']]);
    const stored = new Set<string>();
    let last = 0;
    for (let page = await store.readAll({ after: 0 }); page.length > 0; page = await store.readAll({ after: last })) {
      for (const event of page) {
        expect(event.sequenceNumber).toBe(++last);
        stored.add(`${event.taskId} ${event.streamSequence} ${event.eventId}`);
      }
    }
    expect(acknowledged.filter((line) => !stored.has(line))).toEqual([]);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    for (const { taskId, streamSequence } of await store.streams()) {
      expect(await store.verify(taskId)).toEqual({ intact: true, events: streamSequence });
    }
    expect(await store.lastSequence()).toBe(stored.size);
  } finally {
    await database.close();
  }
}

describe('a store whose process is killed while it appends', () => {
  it(
    'opens with every acknowledged event, no half-written one and no gap [EV-25, EV-20, EV-30]',
    async () => {
      using directory = temporaryDirectory();
      const path = join(directory.path, 'events.db');
      const all: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const { child, until, acknowledged } = start(path, `r${round}`, '8');
        await until(1 + Math.floor(Math.random() * 40));
        await sleep(Math.random() * 20);
        child.kill('SIGKILL');
        const lines = await acknowledged;
        expect(lines.every((line) => line.split(' ').length === 3)).toBe(true);
        all.push(...lines);
        if (round % 5 === 4 || round === ROUNDS - 1) await expectIntact(path, all);
      }
      expect(all.length).toBeGreaterThanOrEqual(ROUNDS);
    },
    20_000 + ROUNDS * 3000,
  );

  it('survives a kill of one of two processes on the same log [EV-21, EV-25]', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'events.db');
    const victim = start(path, 'victim', '4');
    const survivor = start(path, 'survivor', '4', '60');
    await Promise.all([victim.until(10), survivor.until(10)]);
    victim.child.kill('SIGKILL');
    const lines = [...(await victim.acknowledged), ...(await survivor.acknowledged)];
    expect(survivor.child.exitCode).toBe(0);
    expect(lines.filter((line) => line.startsWith('survivor')).length).toBeGreaterThanOrEqual(60);
    await expectIntact(path, lines);
  }, 40_000);

  it('serves callers in several processes without a gap or a repeat, also on one stream [EV-21, EV-13]', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'events.db');
    const appenders = ['a', 'b', 'c', 'd'].map((name) => start(path, name, '4', '40', 'shared'));
    const lines = (await Promise.all(appenders.map(({ acknowledged }) => acknowledged))).flat();
    expect(appenders.map(({ child }) => child.exitCode)).toEqual([0, 0, 0, 0]);
    await expectIntact(path, lines);
    const database = await Database.open({ path });
    const store = await SqliteEventStore.open({ database });
    expect(await store.lastSequence()).toBe(lines.length);
    // Each process has its own counter, and each event is after the one before it in its stream.
    const events = await store.getEvents('shared-0');
    expect(Object.keys(events.at(-1)?.vectorClock ?? {})).toHaveLength(4);
    await database.close();
  }, 60_000);
});
