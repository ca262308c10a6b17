import { describe, expect, it } from '@jest/globals';
import { RunSlots } from './run-slots.ts';

describe('RunSlots', () => {
  it('gives each run a number of its own, and the others their turn in the order they came [WS-4]', async () => {
    const slots = new RunSlots(2);
    expect(await Promise.all([slots.take(), slots.take()])).toEqual([0, 1]);
    const turns: [string, number][] = [];
    const waiting = ['first', 'second'].map((name) => slots.take().then((slot) => turns.push([name, slot])));
    slots.release(1);
    await waiting[0];
    expect(turns).toEqual([['first', 1]]);
    slots.release(0);
    await waiting[1];
    expect(turns).toEqual([
      ['first', 1],
      ['second', 0],
    ]);
  });

  it('lets one that waits leave the line, and passes it over [WS-4]', async () => {
    const slots = new RunSlots(1);
    await slots.take();
    const leaving = new AbortController();
    const left = slots.take(leaving.signal);
    const next = slots.take();
    leaving.abort(new Error('gave up'));
    await expect(left).rejects.toThrow('gave up');
    slots.release(0);
    expect(await next).toBe(0);
    await expect(slots.take(AbortSignal.abort(new Error('never came')))).rejects.toThrow('never came');
  });
});
