import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { sleep, systemClock, toTimestamp } from './clock.ts';

describe('sleep', () => {
  it('resolves after its time and leaves no listener at the signal', async () => {
    const { signal } = new AbortController();
    const start = performance.now();
    await sleep(20, signal);
    // Timers may fire up to a millisecond early by this clock.
    expect(performance.now() - start).toBeGreaterThanOrEqual(19);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('rejects with the reason of a signal that is or becomes aborted, and leaves no timer behind', async () => {
    const reason = new Error('enough');
    await expect(sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const timersBefore = timers();
    const controller = new AbortController();
    const sleeping = sleep(60_000, controller.signal);
    expect(timers()).toBe(timersBefore + 1);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    expect(timers()).toBe(timersBefore);
  });
});

describe('time stamps', () => {
  it('are ISO 8601 in UTC with milliseconds', () => {
    expect(toTimestamp(0)).toBe('1970-01-01T00:00:00.000Z');
    expect(Math.abs(Date.parse(toTimestamp(systemClock())) - Date.now())).toBeLessThan(60_000);
  });
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
