import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { referenceTime } from '../../test/support/processor-time.ts';
import { passed } from '../../test/support/coding-facts.ts';
import { shopDrafts, shopEvents } from '../../test/support/shop-history.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import type { EventDraft } from '../events/index.ts';
import { estimateTokens } from '../llm/index.ts';
import { ContextTooLargeError } from './levels/prepare-context.ts';
import { TaskMemory } from './task-memory.ts';

const cart = { module: 'src/cart.ts', text: 'show the total' };
const room = (budgetTokens: number) => ({ budgetTokens, countTokens: estimateTokens });

async function remembered(events = shopEvents()) {
  const memory = new TaskMemory('shop');
  await memory.add(events);
  return memory;
}

describe('the memory of a task', () => {
  it('tells what, why and how, with relations of the third degree, in 2,000 tokens [CX-13]', async () => {
    const { text, tokens } = (await remembered()).contextFor(cart, room(2000));
    expect(tokens).toBeLessThanOrEqual(1600);
    for (const known of [
      'a cart with a total',
      'return roundPrice(sum(prices));',
      'function roundPrice(cents: number): number // Prices in cents.',
      'roundPrice must never see more than 15 digits.',
      'fixed in totalOf',
    ]) {
      expect(text).toContain(known);
    }
  });

  it('is the same whether events come at once, one by one, or twice [CX-12]', async () => {
    const atOnce = await remembered([...shopEvents('other'), ...shopEvents()].reverse());
    const oneByOne = new TaskMemory('shop');
    for (const event of shopEvents()) await oneByOne.add([event, ...shopEvents().slice(0, 1)]);
    expect(oneByOne.sequence).toBe(11);
    expect(oneByOne.contextFor(cart, room(2000)).text).toBe(atOnce.contextFor(cart, room(2000)).text);
    expect(oneByOne.ledger.at()).toEqual(atOnce.ledger.at());
  });

  it('tells the last two corrections of a module however much has happened since [CX-13]', async () => {
    const since = Array.from({ length: 30 }, (): EventDraft => passed(cart.module));
    const memory = await remembered(storedEvents('shop', [...shopDrafts, ...since]));
    const why = 'a correction that was tried';
    expect(memory.contextFor(cart, room(8000)).manifest).toContainEqual(
      expect.objectContaining({ part: 'event #9', why, included: true }),
    );
  });

  it('takes in an event in less than 2 ms when it knows a thousand, on a slower machine in as many times more [CX-15]', async () => {
    const { module } = cart;
    const tested = (): EventDraft => ({
      eventType: 'TEST_FAILED',
      data: {
        module,
        passed: 1,
        failed: 1,
        results: [{ name: 'adds', file: 'test/cart.spec.ts', status: 'failed', durationMs: 1, message: 'no' }],
        durationMs: 1,
        isolation: 'bwrap',
        exitCode: 1,
        output: '',
        outputBytesCut: 0,
      },
    });
    const events = storedEvents('shop', Array.from({ length: 1300 }, tested));
    const memory = await remembered(events.slice(0, 1000));
    let next = 1000;
    const fifty = async () => {
      for (const end = next + 50; next < end; next++) await memory.add(events.slice(next, next + 1));
    };
    expect((await referenceTime(100, fifty)) / 50).toBeLessThan(2);
    expect(memory.sequence).toBe(events[next - 1]?.streamSequence);
  });

  it('never tells more than it may, after any part of a history [CX-13]', async () => {
    const events = shopEvents();
    await fc.assert(
      fc.asyncProperty(fc.nat(11), fc.integer({ min: 0, max: 3000 }), async (known, budget) => {
        const memory = await remembered(events.slice(0, known));
        try {
          const { text } = memory.contextFor(cart, room(budget));
          expect(estimateTokens(text)).toBeLessThanOrEqual(0.8 * budget);
        } catch (error) {
          expect(error).toBeInstanceOf(ContextTooLargeError);
          expect(known).toBeGreaterThan(0);
        }
      }),
      { numRuns: 60 },
    );
  });
});
