import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidInputError } from '../kernel/errors.ts';
import { assignPriority, parsePriority, priorities, priorityName, shouldPreempt } from './priority.ts';

describe('priorities', () => {
  it('are five whole numbers, the most urgent the lowest [OR-1]', () => {
    expect(priorities).toEqual({ CRITICAL: 0, HIGH: 10, MEDIUM: 20, LOW: 30, BACKGROUND: 40 });
  });

  it('follow from the type of the event that calls for the work [OR-2]', () => {
    const of = (eventType: string) => priorityName(assignPriority({ eventType }));
    expect([of('USER_INTERVENTION'), of('BUG_REPORT_RECEIVED')]).toEqual(['CRITICAL', 'CRITICAL']);
    expect([of('TASK_STARTED'), of('PLANNING_COMPLETE'), of('CODE_GENERATED')]).toEqual(['HIGH', 'HIGH', 'HIGH']);
    expect([of('TEST_STARTED'), of('TEST_FAILED'), of('CORRECTION_STARTED'), of('MODULE_ITERATION')]).toEqual(
      Array(4).fill('MEDIUM'),
    );
    expect(of('DEAD_CODE_ANALYSIS')).toBe('LOW');
  });

  it('are BACKGROUND for an unknown type, no type and no event [OR-2]', () => {
    for (const event of [{ eventType: 'SOMETHING_ELSE' }, { eventType: 'toString' }, {}, null, undefined]) {
      expect(assignPriority(event)).toBe(priorities.BACKGROUND);
    }
  });

  it('are read from names in any case and whole numbers from 0 to 100 [OR-2]', () => {
    expect(['critical', 'High', ' MEDIUM ', 0, 55, 100].map((value) => parsePriority(value))).toEqual([
      0, 10, 20, 0, 55, 100,
    ]);
  });

  it('refuse anything else and name what would do [OR-2]', () => {
    for (const value of [-1, 101, 1.5, Number.NaN, 'urgent', '', '10', null, undefined, {}, 'constructor']) {
      expect(() => parsePriority(value)).toThrow(InvalidInputError);
      expect(() => parsePriority(value)).toThrow(
        /CRITICAL, HIGH, MEDIUM, LOW, BACKGROUND or a whole number from 0 to 100/,
      );
    }
  });
});

describe('preemption', () => {
  it('needs a distance of at least 20 [OR-3]', () => {
    expect(shouldPreempt(priorities.CRITICAL, priorities.MEDIUM)).toBe(true);
    expect(shouldPreempt(priorities.HIGH, priorities.MEDIUM)).toBe(false);
    expect(shouldPreempt(priorities.CRITICAL, priorities.HIGH)).toBe(false);
  });

  it('never happens both ways, and never among equals [OR-3]', () => {
    const priority = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(priority, priority, (a, b) => {
        expect(shouldPreempt(a, b)).toBe(b - a >= 20);
        expect(shouldPreempt(a, b) && shouldPreempt(b, a)).toBe(false);
      }),
    );
  });
});
