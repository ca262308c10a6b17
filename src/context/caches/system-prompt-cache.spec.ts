import { describe, expect, it } from '@jest/globals';
import type { EventType } from '../../events/index.ts';
import { GENERAL_PROMPT, type PromptMaker, SystemPromptCache } from './system-prompt-cache.ts';

/** A cache over two event types that counts how often each prompt was made, and fails the first `failures` times. */
function cacheThatFails(failures = 0) {
  const made: string[] = [];
  const reported: string[] = [];
  const maker =
    (name: string): PromptMaker =>
    async (model) => {
      made.push(`${name} ${model}`);
      await Promise.resolve();
      if (made.length <= failures) throw new Error('no template');
      return `${name} for ${model}, number ${made.length}`;
    };
  const makers = new Map<EventType, PromptMaker>([
    ['TASK_CREATED', maker('plan')],
    ['TEST_FAILED', maker('correct')],
  ]);
  const cache = new SystemPromptCache(makers, { report: (eventType) => reported.push(eventType) });
  return { cache, made, reported };
}

describe('the cache of system prompts (CX-6)', () => {
  it('makes a prompt once for each event type and model, also when it is asked for twice at once [CX-6]', async () => {
    const { cache, made } = cacheThatFails();
    const [first, second] = await Promise.all([cache.get('TASK_CREATED', 'a'), cache.get('TASK_CREATED', 'a')]);
    expect(first).toBe(second);
    expect(await cache.get('TASK_CREATED', 'a')).toBe(first);
    expect(await cache.get('TASK_CREATED', 'b')).not.toBe(first);
    expect(await cache.get('TEST_FAILED', 'a')).not.toBe(first);
    expect(made).toEqual(['plan a', 'plan b', 'correct a']);
  });

  it('makes all anew once it was cleared, also those that were on their way [CX-6]', async () => {
    const { cache, made } = cacheThatFails();
    const early = cache.get('TASK_CREATED', 'a');
    cache.clear();
    expect(cache.size).toBe(0);
    expect(await cache.get('TASK_CREATED', 'a')).toBe('plan for a, number 2');
    expect(await early).toContain('plan for a');
    expect(made).toHaveLength(2);
  });

  it('has one general prompt for all event types it does not know [CX-6]', async () => {
    const { cache } = cacheThatFails();
    expect(await cache.get('TASK_PAUSED', 'a')).toBe(GENERAL_PROMPT);
    expect(await cache.get('TASK_RESUMED', 'a')).toBe(GENERAL_PROMPT);
    expect(cache.size).toBe(1);
  });

  it('tries a failing maker three times, then lets the fallback stand in and tries again the next time [CX-6]', async () => {
    const twice = cacheThatFails(2);
    expect(await twice.cache.get('TASK_CREATED', 'a')).toBe('plan for a, number 3');
    expect(twice.reported).toEqual([]);
    const thrice = cacheThatFails(3);
    expect(await thrice.cache.get('TASK_CREATED', 'a')).toBe(GENERAL_PROMPT);
    expect(thrice.reported).toEqual(['TASK_CREATED']);
    expect(await thrice.cache.get('TASK_CREATED', 'a')).toBe('plan for a, number 4');
  });

  it('has a fallback of its own for each event type [CX-6]', async () => {
    const failing: PromptMaker = () => Promise.reject(new Error('no template'));
    const makers = new Map<EventType, PromptMaker>([['TASK_CREATED', failing]]);
    const fallback = (eventType: EventType) => `in short: ${eventType}`;
    const cache = new SystemPromptCache(makers, { report: () => undefined, fallback });
    expect(await cache.get('TASK_CREATED', 'a')).toBe('in short: TASK_CREATED');
  });
});
