import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import {
  begun,
  complete,
  corrected,
  correcting,
  created,
  failed,
  generated,
  passed,
  planned,
  requested,
  started,
} from '../../../test/support/coding-facts.ts';
import { type EventLog, eventLog } from '../../../test/support/event-log.ts';
import { referenceTime } from '../../../test/support/processor-time.ts';
import { storedEvents } from '../../../test/support/stored-events.ts';
import { TaskMemory } from '../../context/index.ts';
import type { EventDraft, ReadOptions, StoredEvent } from '../../events/index.ts';
import { evolveCoding } from '../coding-evolve.ts';
import { initialCodingState } from '../coding-state.ts';
import { LiveTasks, type Moment } from './live-tasks.ts';

const plan = planned({ path: 'a.js' }, { path: 'b.js' }, { path: 'c.js', dependsOn: ['a.js'] });
const code = (module: string, version: number): EventDraft => {
  const fact = generated(module, version) as EventDraft<'CODE_GENERATED'>;
  const content = `/** Version ${version} of ${module}. */\nexport function part${version}(text) {\n  return text;\n}\n`;
  return { ...fact, data: { ...fact.data, files: [{ path: module, content, role: 'source' }] } };
};
const history: readonly EventDraft[] = [
  created({ files: [{ path: 'given.js', content: 'export const given = 1;\n', role: 'source' }] }),
  started,
  plan,
  begun('a.js'),
  begun('b.js'),
  code('a.js', 1),
  code('b.js', 2),
  requested('call', 'CorrectModule', 'b.js'),
  failed('b.js', 'b.test.js'),
  passed('a.js'),
  complete('a.js'),
  correcting('b.js', 1),
  { ...plan, eventType: 'PLAN_EDITED', data: { ...plan.data, by: 'someone' } } as EventDraft,
  corrected('b.js', 1, 3),
  begun('c.js'),
  passed('b.js'),
  code('c.js', 4),
  failed('c.js', 'c.test.js'),
];

let log: EventLog;
beforeEach(async () => (log = await eventLog()));
afterEach(() => log.close());

/** A log that notes how many events each reading gave. */
function counted(events: Pick<EventLog['events'], 'getEvents'> = log.events) {
  const readings: number[] = [];
  return {
    readings,
    getEvents: async (taskId: string, options?: ReadOptions) => {
      const read = await events.getEvents(taskId, options);
      readings.push(read.length);
      return read;
    },
  };
}

function momentAt(events: readonly StoredEvent[], sequence: number): Moment {
  const taskId = events[0]?.taskId ?? '';
  return { state: events.slice(0, sequence).reduce(evolveCoding, initialCodingState(taskId)), sequence };
}

describe('what running tasks know (CX-12, CX-15)', () => {
  it('reads and folds for a question only what came since the one before [CX-15]', async () => {
    const events = await log.events.append('t', history);
    const store = counted();
    const live = new LiveTasks(store);
    const folded = jest.spyOn(TaskMemory.prototype, 'add');
    try {
      for (let sequence = 10; sequence <= 12; sequence++)
        await live.knownAt(momentAt(events, sequence), 'b.js', 'HIGH');
      expect(store.readings).toEqual([10, 1, 1]);
      // Of ten events those of b.js and of the task; then the end of a.js, which says nothing of it; then its correction.
      expect(folded.mock.calls.map(([news]) => news.length)).toEqual([7, 0, 1]);
      await live.knownAt(momentAt(events, 12), 'a.js', 'HIGH');
      expect(store.readings).toHaveLength(3);
    } finally {
      folded.mockRestore();
    }
  });

  it('knows the same, to the byte, in whatever order moments and files are asked for, also long past ones [CX-12]', async () => {
    const events = await log.events.append('t', history);
    const asked = fc.tuple(
      fc.integer({ min: 3, max: history.length }),
      fc.constantFrom(null, 'a.js', 'b.js', 'c.js', 'unknown.js'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 8 }), async (questions) => {
        const live = new LiveTasks(log.events);
        const atOnce = questions.map(([sequence, module]) => live.knownAt(momentAt(events, sequence), module, 'HIGH'));
        for (const [index, [sequence, module]] of questions.entries()) {
          const anew = await new LiveTasks(log.events).knownAt(momentAt(events, sequence), module, 'LOW');
          expect(JSON.stringify(await atOnce[index])).toBe(JSON.stringify(anew));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('keeps running tasks rather than those that are looked at, and reads anew what had no room [CX-10]', async () => {
    const [run, past] = [await log.events.append('run', history), await log.events.append('past', history)];
    const store = counted();
    const bytes = JSON.stringify(run.map(({ data }) => data)).length;
    const live = new LiveTasks(store, (1.5 * bytes) / 4);
    const sequence = history.length;
    await live.knownAt(momentAt(run, sequence), 'b.js', 'HIGH');
    await live.knownAt(momentAt(past, sequence), 'b.js', 'LOW');
    await live.knownAt(momentAt(run, sequence), 'b.js', 'HIGH');
    expect(store.readings).toEqual([sequence, sequence]);
    await live.knownAt(momentAt(past, sequence), 'b.js', 'HIGH');
    await live.knownAt(momentAt(run, sequence), 'b.js', 'HIGH');
    expect(store.readings).toEqual([sequence, sequence, sequence, sequence]);
  });

  it('tries again what could not be read', async () => {
    const events = await log.events.append('t', history);
    let fails = true;
    const live = new LiveTasks({
      getEvents: (taskId, options) =>
        fails ? Promise.reject(new Error('disk')) : log.events.getEvents(taskId, options),
    });
    await expect(live.knownAt(momentAt(events, 9), 'b.js', 'HIGH')).rejects.toThrow('disk');
    fails = false;
    const known = await live.knownAt(momentAt(events, 9), 'b.js', 'HIGH');
    expect(known).toEqual(await new LiveTasks(log.events).knownAt(momentAt(events, 9), 'b.js', 'HIGH'));
  });

  it('takes in an event in less than 2 ms when it knows a thousand, on a slower machine in as many times more [CX-15]', async () => {
    const rounds = Array.from({ length: 1300 }, (_, n) =>
      n % 2 === 0 ? failed('b.js', `b${n % 9}.test.js`) : passed('b.js'),
    );
    const events = storedEvents('t', [...history.slice(0, 6), ...rounds]);
    const store = counted({
      getEvents: (_, { afterSequence = 0, until = 0 } = {}) =>
        Promise.resolve(events.filter(({ streamSequence: at }) => at > afterSequence && at <= Number(until))),
    });
    const live = new LiveTasks(store);
    const { state } = momentAt(events, 6);
    await live.knownAt({ state, sequence: 1000 }, 'b.js', 'HIGH');
    let sequence = 1000;
    const fifty = async () => {
      for (const end = sequence + 50; sequence < end;)
        await live.knownAt({ state, sequence: ++sequence }, 'b.js', 'HIGH');
    };
    expect((await referenceTime(100, fifty)) / 50).toBeLessThan(2);
    expect(new Set(store.readings.slice(1))).toEqual(new Set([1]));
  });
});
