import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AppendInput, planAppend, type StreamStand } from './append-plan.ts';
import { RetiredProcesses } from './retired-processes.ts';
import { MAX_LIVING, retireOldest } from './retirement.ts';
import { compare, type VectorClock } from './vector-clock.ts';

const input = (processId: string, vectorClock: VectorClock | null): AppendInput => ({
  taskId: 't',
  processId,
  expectedSequence: null,
  correlationId: null,
  alongside: [],
  drafts: [
    {
      eventId: '01990000-0000-7000-8000-000000000001',
      idGiven: false,
      eventType: 'TASK_STARTED',
      typeVersion: 1,
      timestamp: '2026-01-01T00:00:00.000Z',
      timestampGiven: false,
      causationId: null,
      codeVersion: null,
      vectorClock,
      data: '{}',
      actor: null,
    },
  ],
});

/** A stream as it is written, one clock an event, with or without retirement. */
class Written {
  readonly clocks: VectorClock[] = [];
  stream: StreamStand | null = null;

  append(processId: string, seen: VectorClock | null): void {
    const plan = planAppend(input(processId, seen), this.stream, new Map(), this.clocks.length);
    if (plan.kind !== 'write' || !plan.stream) throw new Error(`refused: ${plan.kind}`);
    this.stream = plan.stream;
    this.clocks.push(...plan.rows.map((row) => JSON.parse(row.clock) as VectorClock));
  }

  retire(): boolean {
    if (!this.stream || Object.keys(this.stream.clock).length <= MAX_LIVING) return false;
    const retired = retireOldest(this.clocks, this.stream.retired);
    if (retired) this.stream = { ...this.stream, retired, clock: retired.fold(this.stream.clock) };
    return retired !== null;
  }

  read(): VectorClock[] {
    return this.clocks.map((clock) => this.stream?.retired.fold(clock) ?? clock);
  }
}

// Processes come one after the other, two at a time; now and then one has seen only what was there some events ago.
const life = fc.record({
  retireBefore: fc.boolean(),
  events: fc.array(
    fc.record({
      second: fc.boolean(),
      behind: fc.oneof({ weight: 14, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(5) }),
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
});

describe('retiring processes from clocks', () => {
  it('changes no comparison of any two events of the stream, before or after [EV-13]', () => {
    let retirements = 0;
    fc.assert(
      fc.property(fc.array(life, { minLength: 20, maxLength: 40 }), (lives) => {
        const plain = new Written();
        const small = new Written();
        lives.forEach(({ retireBefore, events }, index) => {
          if (retireBefore && small.retire()) retirements += 1;
          for (const { second, behind } of events) {
            const processId = `p-${second ? index + 1 : index}`;
            const seen = (written: Written) => (behind === null ? null : (written.read().at(-1 - behind) ?? null));
            plain.append(processId, seen(plain));
            small.append(processId, seen(small));
          }
        });
        const [all, read] = [plain.read(), small.read()];
        const answers = (clocks: readonly VectorClock[]) => clocks.map((a) => clocks.map((b) => compare(a, b)).join());
        expect(answers(read)).toEqual(answers(all));
      }),
      { numRuns: 60 },
    );
    expect(retirements).toBeGreaterThan(60);
  });

  it('keeps the clocks of three hundred lives small [EV-13]', () => {
    const written = new Written();
    for (let life = 0; life < 300; life++) {
      written.append(`p-${life}`, null);
      written.append(`p-${life}`, null);
      written.retire();
    }
    expect(Object.keys(written.clocks.at(-1) ?? {}).length).toBeLessThanOrEqual(17);
    expect(Math.max(...written.read().map((clock) => Object.keys(clock).length))).toBeLessThanOrEqual(17);
    expect(written.stream?.retired.generations.flat().length).toBeGreaterThan(280);
  });

  it('refuses where two of them knew nothing of each other: a sum would make an order of it [EV-13]', () => {
    const clocks: VectorClock[] = [{ a: 1 }, { b: 1, c: 1 }, { a: 1, b: 1, c: 1 }];
    expect(RetiredProcesses.none.canRetire(['a', 'b'], clocks)).toBe(false);
    expect(RetiredProcesses.none.canRetire(['b', 'c'], clocks)).toBe(true);
  });

  it('reads an old clock, a new one and a mixture of both alike, however often [EV-13]', () => {
    const retired = new RetiredProcesses([['a', 'b'], ['c']]);
    expect(retired.fold({ a: 1, b: 2, d: 4 })).toEqual({ '*2': 3, d: 4 });
    expect(retired.fold({ '*1': 3, c: 2, d: 4 })).toEqual({ '*2': 5, d: 4 });
    expect(retired.fold({ '*2': 5, a: 1, b: 2, c: 1 })).toEqual({ '*2': 5 });
    expect(retired.fold({ d: 4 })).toEqual({ d: 4 });
  });

  it('counts a process that was retired and is alive after all as a new one [EV-13]', () => {
    const written = new Written();
    for (let life = 0; life < 20; life++) written.append(`p-${life}`, null);
    expect(written.retire()).toBe(true);
    written.append('p-0', null);
    written.append('p-0', null);
    const [before, last] = written.read().slice(-2);
    expect(last).toMatchObject({ 'p-0+1': 2 });
    expect(compare(before ?? {}, last ?? {})).toBe('before');
  });
});
