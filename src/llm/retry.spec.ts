import { describe, expect, it } from '@jest/globals';
import { ModelUnavailableError } from './llm.errors.ts';
import { withRetry } from './retry.ts';

/** Fails `failures` times and notes when it was called, in milliseconds since the first call. */
function failing(failures: number, retryAfterMs: number | null = null) {
  const calledAt: number[] = [];
  const call = () => {
    calledAt.push(performance.now());
    return calledAt.length > failures
      ? Promise.resolve('done')
      : Promise.reject(new ModelUnavailableError('m', 'busy', retryAfterMs));
  };
  const pauses = () => calledAt.slice(1).map((at, index) => at - (calledAt[index] ?? 0));
  return { call, calledAt, pauses };
}

describe('repeating a call', () => {
  it('pauses twice as long each time, shortened by chance at most by half [LM-1]', async () => {
    const { call, pauses } = failing(3);
    await withRetry(call, { attempts: 4, baseDelayMs: 20, maxDelayMs: 1000, random: () => 0 });
    const [first = 0, second = 0, third = 0] = pauses();
    expect(first).toBeGreaterThanOrEqual(9);
    expect(second).toBeGreaterThanOrEqual(19);
    expect(third).toBeGreaterThanOrEqual(39);
  });

  it('never comes back before the time the provider asked for [LM-2]', async () => {
    const { call, pauses } = failing(1, 60);
    await withRetry(call, { attempts: 2, baseDelayMs: 1, maxDelayMs: 1000 });
    expect(pauses()[0]).toBeGreaterThanOrEqual(59);
  });

  it('passes every other error at once', async () => {
    let calls = 0;
    const call = () => {
      calls++;
      return Promise.reject(new Error('a bug'));
    };
    await expect(withRetry(call)).rejects.toThrow('a bug');
    expect(calls).toBe(1);
  });
});
