import { afterEach, expect, it } from '@jest/globals';
import type { Doorbell } from './doorbell.ts';

export interface Bells {
  /** One of this process, and one of another where the bell reaches further. */
  readonly bells: readonly Doorbell[];
  close(): Promise<void>;
}

/** What every bell does, wherever it is heard. */
export function doorbellContract(open: () => Promise<Bells>): void {
  let opened: Bells;

  afterEach(() => opened.close());

  it('wakes all who listen, once for each ring that they listened for [OR-17]', async () => {
    opened = await open();
    const [bell] = opened.bells;
    const heard = opened.bells.flatMap((each) => [each.heard(), each.heard()]);
    bell!.ring();
    await Promise.all(heard);
    let again = false;
    void bell!.heard().then(() => (again = true));
    await Promise.resolve();
    expect(again).toBe(false);
    bell!.ringHere();
    await Promise.resolve();
    expect(again).toBe(true);
  });

  it('loses no ring of a storm of them: after the last one everybody has been woken [OR-17]', async () => {
    opened = await open();
    const rung = opened.bells.map(() => 0);
    let said = 0;
    const stop = new AbortController();
    const listeners = opened.bells.map(async (bell, index) => {
      while (!stop.signal.aborted) {
        await bell.heard();
        rung[index] = said;
      }
    });
    while (said < 2000) {
      said += 1;
      opened.bells[said % opened.bells.length]!.ring();
      if (said % 100 === 0) await new Promise(setImmediate);
    }
    while (rung.some((last) => last < said)) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    for (const bell of opened.bells) bell.ringHere();
    await Promise.all(listeners);
  });

  it('can be closed twice, and rings here all the same [OR-14, OR-17]', async () => {
    opened = await open();
    const [bell] = opened.bells;
    await bell!.close();
    await bell!.close();
    const heard = bell!.heard();
    bell!.ring();
    await heard;
  });
}
