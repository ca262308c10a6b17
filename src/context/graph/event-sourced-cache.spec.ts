import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { source } from '../../../test/support/coding-facts.ts';
import { eventLog } from '../../../test/support/event-log.ts';
import { shopDrafts, shopEvents } from '../../../test/support/shop-history.ts';
import { storedEvent } from '../../../test/support/stored-event.ts';
import { writeCache } from './cache-file.ts';
import { cacheOfEvents, EventSourcedCache, staleNodes } from './event-sourced-cache.ts';

const shopEnd = [
  storedEvent(20, { taskId: 'shop', vectorClock: { test: 20 } }, { eventType: 'TASK_COMPLETE', data: { summary: '' } }),
];
const shop = () => cacheOfEvents('shop', shopEvents());

describe('the graph of a task', () => {
  it('holds what was planned, written, tested, said, and fixed [CX-8, CX-9, CX-12]', async () => {
    const cache = await shop();
    expect(cache.nodes().map(({ id }) => id)).toEqual([
      'concept:src/cart.ts#Cart',
      'decision:said 1',
      'decision:said 7',
      'error:src/cart.ts src/cart.test.ts works',
      'function:src/cart.ts#Cart.total',
      'function:src/cart.ts#sum',
      'function:src/cart.ts#totalOf',
      'function:src/price.ts#roundPrice',
      'library:node:crypto',
      'module:src/cart.ts',
      'module:src/price.ts',
      'task:shop',
      'test:src/cart.test.ts',
      'test:src/cart.ts rounds the total',
    ]);
    const edges = cache.edges().map(({ from, to, type }) => `${from} ${type} ${to}`);
    expect(edges).toEqual(
      expect.arrayContaining([
        'task:shop contains module:src/cart.ts',
        'module:src/cart.ts dependsOn module:src/price.ts',
        'module:src/cart.ts dependsOn library:node:crypto',
        'module:src/cart.ts contains function:src/cart.ts#totalOf',
        'module:src/cart.ts testedBy test:src/cart.ts rounds the total',
        'function:src/cart.ts#totalOf dependsOn function:src/price.ts#roundPrice',
        'function:src/price.ts#roundPrice decidedBy decision:said 7',
        'error:src/cart.ts src/cart.test.ts works fixedBy function:src/cart.ts#totalOf',
      ]),
    );
    expect(cache.node('function:src/cart.ts#totalOf')).toMatchObject({
      summary: 'function totalOf(prices: number[]): number // What is to be paid.',
      fullContentRef: 'shop@9',
      vectorClock: { test: 9 },
    });
  });

  it('is rebuilt as it was at any sequence and at any time [CX-12]', async () => {
    await using log = await openLog();
    const cache = new EventSourcedCache(log.events);
    expect(writeCache(await cache.rebuild('unknown'))).toBe(writeCache(await cacheOfEvents('unknown', [])));
    const stored = await log.events.append('shop', shopDrafts);
    const all = writeCache(await cache.rebuild('shop'));
    for (const until of [3, 6, 11, 99]) {
      const then = await cache.rebuild('shop', until);
      expect(writeCache(then)).toBe(writeCache(await cacheOfEvents('shop', stored.slice(0, until))));
    }
    expect((await cache.rebuild('shop', 6)).node('error:src/cart.ts src/cart.test.ts works')?.metadata).toMatchObject({
      open: true,
    });
    expect(writeCache(await cache.rebuild('shop', '2199-01-01T00:00:00.000Z'))).toBe(all);
    expect((await cache.rebuild('shop', '1999-01-01T00:00:00.000Z')).size).toBe(0);
  });

  it('is the same for the same events in any order, byte for byte [CX-12]', async () => {
    const bytes = writeCache(await shop());
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...shopEvents()], { minLength: 11 }), async (events) => {
        expect(writeCache(await cacheOfEvents('shop', [...shopEvents('other'), ...events]))).toBe(bytes);
      }),
      { numRuns: 20 },
    );
  });

  it('loses functions that new code no longer has, and files that a new plan removes', async () => {
    const rewritten = storedEvent(
      20,
      { taskId: 'shop' },
      {
        eventType: 'CODE_GENERATED',
        data: {
          module: 'src/cart.ts',
          files: [source('src/cart.ts', 'export const x = 1;')],
          codeHash: '',
          callId: null,
        },
      },
    );
    const cache = await cacheOfEvents('shop', [...shopEvents(), rewritten]);
    expect(cache.node('function:src/cart.ts#totalOf')).toBeNull();
    expect(cache.node('module:src/cart.ts')?.fullContentRef).toBe('shop@20');
    const plan = { objective: 'none', language: 'typescript', modules: [] };
    const replanned = storedEvent(
      21,
      { taskId: 'shop' },
      {
        eventType: 'PLAN_EDITED',
        data: { plan, replaces: '', removed: ['src/cart.ts'], by: 'ann' },
      },
    );
    const smaller = await cacheOfEvents('shop', [...shopEvents(), rewritten, replanned]);
    expect(smaller.node('module:src/cart.ts')).toBeNull();
  });

  it('takes events without fields [CX-12]', async () => {
    const types = [...new Set(shopEvents().map(({ eventType }) => eventType)), 'BUG_REPORT_RECEIVED', 'TASK_COMPLETE'];
    const events = types.map((eventType, index) => storedEvent(index + 1, { eventType, data: {} } as object));
    expect((await cacheOfEvents('task', events)).node('task:task')).not.toBeNull();
  });

  it('knows what later events have overtaken, and nothing else [CX-12]', async () => {
    const events = shopEvents();
    const early = await cacheOfEvents('shop', events.slice(0, 5));
    const stale = staleNodes(early, events.slice(5)).map(({ id }) => id);
    expect(stale).toEqual(expect.arrayContaining(['module:src/cart.ts', 'function:src/cart.ts#totalOf']));
    for (const id of ['module:src/price.ts', 'task:shop']) expect(stale).not.toContain(id);
    expect(staleNodes(early, shopEnd).map(({ id }) => id)).toEqual(['task:shop']);
    expect(staleNodes(early, events.slice(0, 3))).toEqual([]);
  });

  it('takes what was written without knowing of a node for news to it [CX-12]', async () => {
    const cache = await cacheOfEvents('shop', shopEvents().slice(0, 5));
    const elsewhere = storedEvent(
      6,
      { taskId: 'shop', vectorClock: { other: 1 } },
      {
        eventType: 'MODULE_STARTED',
        data: { module: 'src/price.ts' },
      },
    );
    expect(staleNodes(cache, [elsewhere]).map(({ id }) => id)).toContain('module:src/price.ts');
  });
});

async function openLog() {
  const log = await eventLog();
  return { events: log.events, [Symbol.asyncDispose]: () => log.close() };
}
