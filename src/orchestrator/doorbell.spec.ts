import { describe, expect, it } from '@jest/globals';
import { until } from '../../test/support/orchestrator-bench.ts';
import { describeOnRedis, temporaryRedis } from '../../test/support/redis.ts';
import { doorbellContract } from './doorbell.contract.ts';
import { RedisDoorbell } from './doorbell.redis.ts';
import { Doorbell } from './doorbell.ts';

describe('a doorbell in one process', () => {
  doorbellContract(() => Promise.resolve({ bells: [new Doorbell()], close: () => Promise.resolve() }));
});

describeOnRedis('a doorbell on Redis', () => {
  const ignore = () => undefined;

  doorbellContract(async () => {
    const redis = await temporaryRedis();
    const bells = ['a', 'b', 'c'].map((id) => new RedisDoorbell({ url: redis.url, id, onChange: ignore }));
    await heardByAll(bells);
    return {
      bells,
      close: async () => {
        await Promise.all(bells.map((bell) => bell.close()));
        await redis[Symbol.asyncDispose]();
      },
    };
  });

  it('goes on ringing here while Redis is away, says so once, and reaches others when it is back [OR-17]', async () => {
    await using redis = await temporaryRedis();
    const changes: string[] = [];
    const onChange = (lost: Error | null) => void changes.push(lost ? 'lost' : 'back');
    const bell = new RedisDoorbell({ url: redis.url, id: 'a', onChange });
    const other = new RedisDoorbell({ url: redis.url, id: 'b', onChange: ignore });
    try {
      await heardByAll([bell, other]);
      await redis.stop();
      await until(() => changes.length > 0);
      const heard = bell.heard();
      bell.ring();
      await heard;
      await redis.start();
      await until(() => changes.length > 1);
      expect(changes).toEqual(['lost', 'back']);
      await heardByAll([bell, other]);
    } finally {
      await Promise.all([bell.close(), other.close()]);
    }
  });

  it('wakes whoever listened while it was away, once it is back: what was rung meanwhile was not heard [OR-17]', async () => {
    await using redis = await temporaryRedis();
    const bell = new RedisDoorbell({ url: redis.url, id: 'a', onChange: ignore });
    try {
      await heardByAll([bell]);
      await redis.stop();
      const heard = bell.heard();
      await redis.start();
      await heard;
    } finally {
      await bell.close();
    }
  });
});

/** Resolves once each has heard a ring of each other: they are connected. */
async function heardByAll(bells: readonly Doorbell[]): Promise<void> {
  for (const bell of bells) {
    let missing = bells.length;
    for (const other of bells) void other.heard().then(() => (missing -= 1));
    const [first] = bells;
    // One alone is connected when Redis' own answer wakes it.
    if (bells.length > 1 || !first) await until(() => (bell.ring(), missing === 0));
    else await until(() => missing === 0);
  }
}
