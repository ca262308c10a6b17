import { describe, expect, it } from '@jest/globals';
import type { StoredEvent } from './event.ts';
import { RecentEvents } from './recent-events.ts';
import { Subscription } from './subscription.ts';
import { Tail } from './tail.ts';

/** A log of numbered events of one stream that counts how often it is read, and what follows it. */
class CountedLog {
  readonly recent = new RecentEvents({ events: 100, characters: 1000 });
  readonly tail: Tail;
  reads = 0;
  private readonly log: StoredEvent[] = [];
  private version = 0;

  constructor() {
    this.tail = new Tail({
      dataVersion: () => Promise.resolve(this.version),
      lastSequence: () => Promise.resolve(this.log.length),
      changedStreams: () => Promise.resolve(['a']),
    });
  }

  append(by: 'this process' | 'another'): void {
    const number = this.log.length + 1;
    const event = { taskId: 'a', sequenceNumber: number, streamSequence: number } as StoredEvent;
    this.log.push(event);
    this.version++;
    if (by === 'another') return;
    this.recent.add([{ event, characters: 1 }]);
    this.tail.appended('a', [event]);
  }

  follow(): Subscription {
    let position = 0;
    const passed = (batch: readonly StoredEvent[]) => {
      position += batch.length;
      return batch;
    };
    const read = () => {
      this.reads++;
      return Promise.resolve(passed(this.log.slice(position, position + 2)));
    };
    const recent = () => passed(this.recent.after(position));
    return new Subscription({ listen: () => this.tail.listen('a'), recent, read }, undefined);
  }
}

const numbersOf = async (next: Promise<IteratorResult<readonly StoredEvent[], undefined>>) =>
  ((await next).value ?? []).map(({ sequenceNumber }) => sequenceNumber);

describe('a subscription (EV-28)', () => {
  it('reads the log once, and not again for what this process appends', async () => {
    const log = new CountedLog();
    const following = log.follow();
    for (let number = 1; number <= 20; number++) {
      const next = following.next();
      // It has looked, and waits.
      await new Promise(setImmediate);
      log.append('this process');
      expect(await numbersOf(next)).toEqual([number]);
    }
    expect(log.reads).toBe(1);
    await following.return();
  });

  it('reads on until there is no more, then what others append, before and between its own', async () => {
    const log = new CountedLog();
    for (let index = 0; index < 5; index++) log.append('another');
    const following = log.follow();
    expect(await numbersOf(following.next())).toEqual([1, 2]);
    expect(await numbersOf(following.next())).toEqual([3, 4]);
    expect(await numbersOf(following.next())).toEqual([5]);
    log.append('this process');
    expect(await numbersOf(following.next())).toEqual([6]);
    const between = following.next();
    await new Promise(setImmediate);
    log.append('another');
    log.append('this process');
    expect(await numbersOf(between)).toEqual([7, 8]);
    const foreign = following.next();
    await new Promise(setImmediate);
    log.append('another');
    await log.tail.look();
    expect(await numbersOf(foreign)).toEqual([9]);
    await following.return();
  });
});
