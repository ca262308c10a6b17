import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { chainedHash, FIRST_HASH } from './event-hash.ts';
import type { Actor } from '../kernel/acting.ts';
import type { EventStore } from './event-store.ts';
import { lastLineOf } from './log-file.ts';
import { sealWith } from './verify-log.ts';
import { said, type StoreUnderTest } from './store-under-test.contract.ts';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

/** A log to which somebody who can compute every hash has added an event, in a stream of its own. */
function forged(lines: readonly string[], change: Readonly<Record<string, unknown>>): string {
  const events = lines.slice(1, -1).map((line) => JSON.parse(line) as { hash: string });
  const fields = {
    sequenceNumber: events.length + 1,
    taskId: 'forged',
    streamSequence: 1,
    eventId: '01990000-0000-7000-8000-0000000000ff',
    eventType: 'USER_INTERVENTION',
    typeVersion: 1,
    timestamp: '2026-01-31T12:00:00.000Z',
    causationId: null,
    correlationId: 'forged',
    codeVersion: 0,
    vectorClock: { p: 1 },
    data: { guidance: 'x', by: 'forger' },
    ...change,
  };
  const { sequenceNumber: sequence, vectorClock, data, ...others } = fields;
  const written = { clock: JSON.stringify(vectorClock), data: JSON.stringify(data), actor: null };
  const hash = chainedHash(FIRST_HASH, { sequence, ...others, ...written });
  const seal = [...events, { hash }].reduce((sealed, event) => sealWith(sealed, event.hash), FIRST_HASH);
  const added = JSON.stringify({ ...fields, hash });
  return [...lines.slice(0, -1), added, lastLineOf(events.length + 1, seal, 0), ''].join('\n');
}

/** What every adapter does when its log is exported and imported. */
export function archiveContract(current: () => StoreUnderTest): void {
  let subject: StoreUnderTest;
  let store: EventStore;
  let directory: ReturnType<typeof temporaryDirectory>;
  let file: string;

  beforeEach(() => {
    subject = current();
    store = subject.store;
    directory = temporaryDirectory();
    file = join(directory.path, 'log.jsonl');
  });

  afterEach(() => directory[Symbol.dispose]());

  const exported = async (from = store, until?: number) => {
    writeFileSync(file, '');
    return from.exportLog((text) => appendFileSync(file, text), until === undefined ? {} : { until });
  };
  const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n');
  const everything = async (from: EventStore) => {
    const events = await from.readAll({ after: 0 });
    return { events, streams: await from.streams(), last: await from.lastSequence() };
  };

  const actor: Actor = { name: 'ada', proof: 'key', keyId: 'k', role: 'operator', door: 'rest', correlationId: 'é' };

  /** Several tasks in turns, several processes, clocks of their own, ids given, large and odd data. */
  async function fill(): Promise<void> {
    const other = await subject.another();
    for (let index = 0; index < 12; index++) {
      const by = index % 3 === 0 ? other : store;
      await by.append(`task-${index % 4}`, [
        said(`${index}`),
        said('🧵 \u0000 \ud800 \u2028 "\\ é', { codeVersion: index }),
      ]);
    }
    await store.append('café/ü', [said('x'.repeat(60_000))], { correlationId: 'own', actor });
    await store.append('task-1', [said('seen little', { vectorClock: { reporter: 3 } })], {
      causationId: '01990000-0000-7000-8000-000000000001',
    });
    await store.append('task-2', [said('given', { eventId: '01990000-0000-7000-8000-000000000002' })]);
  }

  describe('exporting and importing', () => {
    it('reproduces every event exactly, and goes on as the first store would [EV-29]', async () => {
      await fill();
      const summary = await exported();
      expect(summary).toMatchObject({ events: 27, streams: 5, seal: { sequence: 27 } });
      const copy = await subject.empty();
      expect(await copy.importLog(file)).toEqual(summary);
      expect(await everything(copy)).toEqual(await everything(store));
      expect(await copy.verifyLog({ seal: summary.seal })).toEqual({ intact: true, ...summary });
      const [here] = await store.append('task-1', [said('on', { timestamp: '2026-01-01T00:00:00.000Z' })]);
      const [there] = await copy.append('task-1', [said('on', { timestamp: '2026-01-01T00:00:00.000Z' })]);
      expect(there?.sequenceNumber).toBe(here?.sequenceNumber);
      expect(there?.correlationId).toBe(here?.correlationId);
      expect(there?.codeVersion).toBe(here?.codeVersion);
      expect(await copy.append('task-2', [said('given', { eventId: '01990000-0000-7000-8000-000000000002' })])).toEqual(
        (await everything(store)).events.slice(26, 27),
      );
      expect(await copy.verifyLog()).toMatchObject({ intact: true, events: 28 });
    });

    it('writes the same file again from what it imported, with processes that are retired too [EV-29, EV-13]', async () => {
      await fill();
      const lives = await Promise.all(Array.from({ length: 20 }, () => subject.another()));
      for (const life of lives) await life.append('task-0', [said('life')]);
      const deadline = Date.now() + 10_000;
      const isRetired = async () => (await exported(), lines().some((line) => line.includes('"retired":')));
      while (!(await isRetired()) && Date.now() < deadline);
      const first = readFileSync(file, 'utf8');
      expect(first).toContain('"retired":');
      const copy = await subject.empty();
      await copy.importLog(file);
      expect(await everything(copy)).toEqual(await everything(store));
      await exported(copy);
      expect(readFileSync(file, 'utf8')).toBe(first);
      const at = lines().findIndex((line) => line.includes('"retired":'));
      const damages = [
        [at + 1, lines().with(at, (lines()[at] ?? '').replace(/("retired":\[\["[^"]*)"/, '$1x"'))],
        [at + 2, lines().toSpliced(at, 0, lines()[at] ?? '')],
        [at + 1, lines().toSpliced(at, 1)],
      ] as const;
      for (const [line, damaged] of damages) {
        writeFileSync(file, `${damaged.join('\n')}\n`);
        const refused = { code: 'EVENTS_LOG_FILE_DAMAGED', details: { line } };
        await expect((await subject.empty()).importLog(file)).rejects.toMatchObject(refused);
      }
    });

    it('takes an empty log [EV-29]', async () => {
      expect(await exported()).toMatchObject({ events: 0, streams: 0 });
      const copy = await subject.empty();
      await copy.importLog(file);
      expect(await copy.lastSequence()).toBe(0);
    });

    it('takes lines that end as Windows ends them [EV-29]', async () => {
      await fill();
      const summary = await exported();
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
      const copy = await subject.empty();
      expect(await copy.importLog(file)).toEqual(summary);
      expect(await everything(copy)).toEqual(await everything(store));
    });

    it('exports a part that can be imported [EV-29]', async () => {
      await fill();
      await exported(store, 9);
      const copy = await subject.empty();
      expect(await copy.importLog(file)).toMatchObject({ events: 9 });
      expect((await everything(copy)).events).toEqual((await everything(store)).events.slice(0, 9));
      expect(await copy.verifyLog()).toMatchObject({ intact: true, events: 9 });
    });

    it('does not import into a store that has events [EV-29]', async () => {
      await fill();
      await exported();
      const before = await everything(store);
      await expect(store.importLog(file)).rejects.toMatchObject({ code: 'EVENTS_LOG_NOT_EMPTY', kind: 'conflict' });
      await expect(store.importLog(file)).rejects.toThrow(
        'The store holds 27 events already: import into an empty one',
      );
      expect(await everything(store)).toEqual(before);
      const copy = await subject.empty();
      await expect(copy.importLog(join(directory.path, 'none'))).rejects.toMatchObject({
        code: 'EVENTS_LOG_FILE_UNREADABLE',
      });
    });

    // The damaged and forged files are all made from one: to fill a log for each would take longer than all else.
    let sample: readonly string[] | undefined;
    const sampleAndEmptyStore = async () => {
      if (sample !== undefined) return { sample, copy: store };
      await fill();
      await exported();
      sample = lines();
      return { sample, copy: await subject.empty() };
    };

    type Damage = (lines: readonly string[]) => readonly string[];
    const at = (number: number, change: (line: string) => string): Damage => {
      return (all) => all.map((line, index) => (index === number - 1 ? change(line) : line));
    };
    it.each<[string, number, string, Damage]>([
      ['a line that is no JSON', 5, 'is no JSON object', at(5, (line) => line.slice(0, -3))],
      ['a changed word', 7, 'its hash does not fit', at(7, (line) => line.replace('tester', 'forger'))],
      ['a changed hash', 7, 'its hash does not fit', at(7, (line) => line.replace(/"hash":"./, '"hash":"x'))],
      ['a missing field', 3, 'has no text as eventType', at(3, (line) => line.replace('"eventType"', '"kind"'))],
      ['a missing line', 6, 'holds event 6, but event 5 comes next', (all) => all.toSpliced(5, 1)],
      ['a line twice', 7, 'holds event 5, but event 6 comes next', (all) => all.toSpliced(6, 0, all[5] ?? '')],
      ['two lines in the other order', 4, 'holds event 4', (all) => all.toSpliced(3, 2, all[4] ?? '', all[3] ?? '')],
      ['an end that was cut off', 20, 'is missing: the file ends after event 18', (all) => all.slice(0, 19)],
      ['another first line', 1, 'is not the first line of a log', (all) => all.slice(1)],
      ['a newer format', 1, 'has version 9 of the format', at(1, (line) => line.replace('"version":2', '"version":9'))],
      ['an empty line', 4, 'is no JSON object', (all) => all.toSpliced(3, 0, '')],
      ['a line that follows the last', 30, 'comes after the last line', (all) => [...all, all[1] ?? '']],
      ['a foreign line', 2, 'is neither an event', (all) => all.toSpliced(1, 0, '{"hello":1}')],
      ['another count', 29, 'counts 3 events', at(29, (line) => line.replace(/"events":\d+/, '"events":3'))],
    ])('names the line and imports nothing: %s [EV-29]', async (_what, line, problem, damage) => {
      const { sample, copy } = await sampleAndEmptyStore();
      writeFileSync(file, `${damage(sample).join('\n')}\n`);
      const importing = copy.importLog(file);
      await expect(importing).rejects.toMatchObject({
        code: 'EVENTS_LOG_FILE_DAMAGED',
        kind: 'invalid',
        details: { line },
      });
      await expect(importing).rejects.toThrow(problem);
      expect(await everything(copy)).toEqual({ events: [], streams: [], last: 0 });
      writeFileSync(file, `${sample.join('\n')}\n`);
      expect(await copy.importLog(file)).toMatchObject({ events: 27 });
    });

    it.each<[string, Readonly<Record<string, unknown>>, string]>([
      ['an id twice', { eventId: '01990000-0000-7000-8000-000000000002' }, 'has the eventId 01990000-0000-7000'],
      ['an id that is none', { eventId: 'x' }, 'has a wrong eventId'],
      ['an id in upper case', { eventId: '01990000-0000-7000-8000-00000000000A' }, 'has a wrong eventId'],
      ['an id of a task that is too long', { taskId: 'x'.repeat(257) }, 'has a wrong taskId'],
      ['another spelling of a task', { taskId: 'cafe\u0301' }, 'has a wrong taskId'],
      ['no time', { timestamp: 'yesterday' }, 'has a wrong timestamp'],
      ['a time in another zone', { timestamp: '2026-01-31T12:00:00+01:00' }, 'has a wrong timestamp'],
      ['a type that is no name', { eventType: 'constructor' }, 'has a wrong eventType'],
      ['a shape before the first', { typeVersion: 0 }, 'has a wrong typeVersion'],
      ['a negative code version', { codeVersion: -1 }, 'has a wrong codeVersion'],
      ['a fraction as code version', { codeVersion: 0.5 }, 'has no whole number as codeVersion'],
      ['a counter that is too large', { vectorClock: { p: 2 ** 53 } }, 'has a wrong vectorClock.p'],
      ['no correlation', { correlationId: '' }, 'has a wrong correlationId'],
      ['a list as data', { data: [] }, 'has a wrong data'],
      [
        'a prototype as data',
        { data: JSON.parse('{"__proto__":{"admin":true}}') as unknown },
        'has a wrong data.__proto__',
      ],
      ['data that is nested too deep', { data: { deep: nested(600) } }, 'has a wrong data.deep'],
    ])(
      'takes no event that no append would have made, though every hash fits: %s [EV-29]',
      async (_what, change, problem) => {
        const { sample, copy } = await sampleAndEmptyStore();
        writeFileSync(file, forged(sample, change));
        await expect(copy.importLog(file)).rejects.toMatchObject({
          code: 'EVENTS_LOG_FILE_DAMAGED',
          details: { line: 29, problem: expect.stringContaining(problem) as unknown },
        });
        expect(await everything(copy)).toEqual({ events: [], streams: [], last: 0 });
      },
    );

    it('takes a forged file where every event is one that could be, as only a seal kept elsewhere tells [EV-29]', async () => {
      await fill();
      const { seal } = await exported();
      writeFileSync(file, forged(lines(), {}));
      const copy = await subject.empty();
      expect(await copy.importLog(file)).toMatchObject({ events: 28 });
      expect(await copy.verifyLog({ seal })).toMatchObject({ intact: true });
    });
  });
}
