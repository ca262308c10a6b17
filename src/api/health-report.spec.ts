import { describe, expect, it } from '@jest/globals';
import { Probe } from './health-report.ts';

const LIMIT_MS = 50;

describe('Probe', () => {
  it('says what the part says', async () => {
    expect(await new Probe(() => Promise.resolve('well'), LIMIT_MS).health()).toEqual({ status: 'up', detail: 'well' });
  });

  it('says why the part is down [API-6]', async () => {
    const probe = new Probe(() => Promise.reject(new Error('disk full')), LIMIT_MS);
    expect(await probe.health()).toEqual({ status: 'down', detail: 'disk full' });
  });

  it('does not wait for a part that hangs, nor asks it again before it has answered [API-6]', async () => {
    const hanging = Promise.withResolvers<string>();
    let asked = 0;
    const probe = new Probe(() => {
      asked += 1;
      return hanging.promise;
    }, LIMIT_MS);
    const down = { status: 'down', detail: 'did not answer within 50 ms' };
    expect(await Promise.all([probe.health(), probe.health()])).toEqual([down, down]);
    expect(await probe.health()).toEqual(down);
    expect(asked).toBe(1);
    const waiting = probe.health();
    hanging.resolve('well again');
    expect(await waiting).toEqual({ status: 'up', detail: 'well again' });
    void probe.health();
    expect(asked).toBe(2);
  });

  it('ends the signal it hands to the part with the time', async () => {
    const probe = new Probe(
      (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))),
      LIMIT_MS,
    );
    expect((await probe.health()).status).toBe('down');
  });
});
