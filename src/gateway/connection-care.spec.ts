import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Cared, type CareLimits, expired, givenUp } from './connection-care.ts';

class Connection implements Cared {
  constructor(
    readonly openedAt: number,
    readonly activeAt: number,
  ) {}

  isIdle(now: number, idleAfterMs: number): boolean {
    return now - this.activeAt >= idleAfterMs;
  }
}

const NOW = 10_000;
const IDLE_MS = 1000;
const limits = (use: number): CareLimits => ({ maxAgeMs: 5000, idleAfterMs: IDLE_MS, memoryUse: () => use });
const connections = fc.array(
  fc
    .record({ openedAt: fc.nat(NOW), activeAt: fc.nat(NOW) })
    .map(({ openedAt, activeAt }) => new Connection(openedAt, Math.max(openedAt, activeAt))),
  { maxLength: 60 },
);

describe('connections that are given up', () => {
  it('are the oldest tenth of the idle ones once 85 % of the memory is in use [GW-10]', () => {
    fc.assert(
      fc.property(connections, fc.double({ min: 0.85, max: 2, noNaN: true }), (all, use) => {
        const closed = givenUp(all, NOW, limits(use));
        const idle = all.filter((connection) => connection.isIdle(NOW, IDLE_MS));
        expect(closed.length).toBe(Math.ceil(idle.length / 10));
        expect(closed.every((connection) => idle.includes(connection))).toBe(true);
        const youngest = Math.max(...closed.map(({ openedAt }) => openedAt));
        const spared = idle.filter((connection) => !closed.includes(connection));
        expect(spared.every(({ openedAt }) => openedAt >= youngest)).toBe(true);
      }),
    );
  });

  it('are none below that, however idle [GW-10]', () => {
    fc.assert(
      fc.property(connections, fc.double({ min: 0, max: 0.8499, noNaN: true }), (all, use) => {
        expect(givenUp(all, NOW, limits(use))).toEqual([]);
      }),
    );
  });
});

describe('connections that have expired', () => {
  it('are those that have been open for the longest time there may be [GW-10]', () => {
    const [old, due, young] = [new Connection(0, NOW), new Connection(5000, NOW), new Connection(5001, NOW)];
    expect(expired([old, due, young], NOW, limits(0))).toEqual([old, due]);
  });
});
