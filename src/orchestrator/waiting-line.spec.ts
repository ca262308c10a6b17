import { describe, expect, it } from '@jest/globals';
import { WaitingLine } from './waiting-line.ts';

describe('WaitingLine', () => {
  it('lets submitters in by order of arrival, those who were let in too early first', async () => {
    const line = new WaitingLine();
    const signal = new AbortController().signal;
    const order: string[] = [];
    const wait = (name: string, place: 'front' | 'end') => line.turn(place, 5000, signal).then(() => order.push(name));
    const all = [wait('first', 'end'), wait('second', 'end'), wait('early', 'front')];
    expect(line.length).toBe(3);
    for (let room = 0; room < 3; room++) line.admitNext();
    await Promise.all(all);
    expect(order).toEqual(['early', 'first', 'second']);
    expect(line.length).toBe(0);
  });

  it('gives up when the time is over, at once when there is none', async () => {
    const line = new WaitingLine();
    const signal = new AbortController().signal;
    await expect(line.turn('end', 0, signal)).resolves.toBe(false);
    await expect(line.turn('end', 5, signal)).resolves.toBe(false);
    expect(line.length).toBe(0);
  });

  it('sends everybody away when the signal aborts', async () => {
    const line = new WaitingLine();
    const stop = new AbortController();
    const waiting = line.turn('end', 5000, stop.signal);
    stop.abort(new Error('closing'));
    await expect(waiting).rejects.toThrow('closing');
    await expect(line.turn('end', 5000, stop.signal)).rejects.toThrow('closing');
    expect(line.length).toBe(0);
  });
});
