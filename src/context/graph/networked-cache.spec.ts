import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { referenceTime } from '../../../test/support/processor-time.ts';
import { readCache, writeCache } from './cache-file.ts';
import type { CacheEdge, CacheNode, EdgeType } from './cache-node.ts';
import { NetworkedCache } from './networked-cache.ts';
import { relatedContext } from './related-context.ts';

const node = (id: string, change: Partial<CacheNode> = {}): CacheNode => ({
  id,
  type: 'function',
  summary: `${id} does something`,
  fullContentRef: 'task@1',
  dependencies: [],
  references: [],
  vectorClock: { p: 1 },
  metadata: {},
  ...change,
});
const cacheOf = (...nodes: readonly CacheNode[]) => {
  const cache = new NetworkedCache();
  for (const one of nodes) cache.put(one);
  return cache;
};
/** a needs b needs c …, `length` nodes n0, n1 … */
const chain = (length: number) =>
  cacheOf(...Array.from({ length }, (_, index) => node(`n${index}`, { dependencies: [`n${index + 1}`] })));
const words = (text: string) => text.split(/\s+/).filter(Boolean).length;
const plenty = { budgetTokens: 1000, countTokens: words };
const ids = (nodes: readonly CacheNode[]) => nodes.map(({ id }) => id);

describe('the graph of what a context may speak of', () => {
  it('makes edges of dependencies and references [CX-8]', () => {
    const cache = cacheOf(node('b'), node('c'), node('a', { dependencies: ['b'], references: ['c'] }));
    expect(cache.edges()).toEqual([
      { from: 'a', to: 'b', type: 'dependsOn' },
      { from: 'a', to: 'c', type: 'references' },
    ]);
    expect([...cache.sources('c')]).toEqual(['a']);
  });

  it('keeps edges to nodes that are not there, and shows them when they come [CX-8]', () => {
    const cache = cacheOf(node('a', { dependencies: ['later'] }));
    cache.connect({ from: 'neither', to: 'nor', type: 'contains' });
    expect(cache.edges()).toEqual([]);
    expect(cache.pendingEdges()).toHaveLength(2);
    for (const id of ['later', 'nor', 'neither']) cache.put(node(id));
    expect(cache.edges()).toEqual([
      { from: 'a', to: 'later', type: 'dependsOn' },
      { from: 'neither', to: 'nor', type: 'contains' },
    ]);
    expect(cache.pendingEdges()).toEqual([]);
  });

  it('replaces a node with its edges, and lets others wait for one that is removed [CX-8]', () => {
    const cache = cacheOf(node('a', { dependencies: ['b'] }), node('b', { dependencies: ['c'] }), node('c'));
    cache.put(node('b', { summary: 'new' }));
    expect(cache.node('b')?.summary).toBe('new');
    expect(cache.edges()).toEqual([{ from: 'a', to: 'b', type: 'dependsOn' }]);
    cache.remove('b');
    expect(cache.edges()).toEqual([]);
    cache.put(node('b'));
    expect(cache.edges()).toEqual([{ from: 'a', to: 'b', type: 'dependsOn' }]);
  });

  it('takes any text for an id [CX-8]', () => {
    const cache = cacheOf(node('constructor', { dependencies: ['__proto__'] }), node('__proto__'), node(''));
    expect([...cache.targets('constructor')]).toEqual(['__proto__']);
    expect(readCache(writeCache(cache))?.size).toBe(3);
  });
});

describe('the context of a node', () => {
  it('is what lies within two edges, or as many as are asked for up to four [CX-8]', () => {
    const cache = chain(11);
    expect(ids(relatedContext(cache, 'n0', plenty).nodes)).toEqual(['n0', 'n1', 'n2']);
    expect(ids(relatedContext(cache, 'n0', { ...plenty, maxHops: 9 }).nodes)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
    expect(ids(relatedContext(cache, 'n5', { ...plenty, maxHops: 1 }).nodes).sort()).toEqual(['n4', 'n5', 'n6']);
    expect(relatedContext(cache, 'absent', plenty)).toEqual({ nodes: [], tokens: 0 });
  });

  it('begins with direct references, whatever ranks higher [CX-8]', () => {
    const cache = cacheOf(
      node('a', { references: ['rare'] }),
      node('rare'),
      node('hub', { references: ['a'] }),
      ...Array.from({ length: 20 }, (_, index) => node(`x${index}`, { dependencies: ['hub', 'a'] })),
    );
    expect(ids(relatedContext(cache, 'a', { ...plenty, budgetTokens: 6 }).nodes)).toEqual(['a', 'rare']);
  });

  it('is found in circles and alone [CX-8]', () => {
    const circle = cacheOf(
      node('a', { dependencies: ['b'] }),
      node('b', { dependencies: ['c'] }),
      node('c', { dependencies: ['a'] }),
      node('self', { dependencies: ['self'] }),
      node('orphan'),
    );
    expect(ids(relatedContext(circle, 'a', plenty).nodes).sort()).toEqual(['a', 'b', 'c']);
    expect(ids(relatedContext(circle, 'self', plenty).nodes)).toEqual(['self']);
    expect(ids(relatedContext(circle, 'orphan', plenty).nodes)).toEqual(['orphan']);
  });

  it('takes less than 150 ms among 10,000 nodes, on a slower machine as many times more [CX-8, CX-15]', async () => {
    const size = 10_000;
    const cache = cacheOf(
      ...Array.from({ length: size }, (_, index) =>
        node(`n${index}`, { dependencies: [`n${(index * 7 + 1) % size}`, `n${(index * 31 + 5) % size}`, 'n0'] }),
      ),
    );
    const context = () => relatedContext(cache, 'n77', { ...plenty, maxHops: 4 });
    expect(context().tokens).toBeGreaterThan(990);
    expect(await referenceTime(150, context)).toBeLessThan(150);
  });
});

const anyId = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'constructor');
const anyNode = fc.record({
  id: anyId,
  summary: fc.lorem({ maxCount: 8 }),
  dependencies: fc.array(anyId, { maxLength: 3 }),
  references: fc.array(anyId, { maxLength: 3 }),
});
const anyEdge: fc.Arbitrary<CacheEdge> = fc.record({
  from: anyId,
  to: anyId,
  type: fc.constantFrom<EdgeType>('contains', 'testedBy', 'fixedBy'),
});
const anyGraph = fc.record({
  nodes: fc.uniqueArray(anyNode, { selector: ({ id }) => id }),
  edges: fc.array(anyEdge, { maxLength: 8 }),
});

describe('any graph', () => {
  it('is the same however it came about, and when it is read again, byte for byte [CX-8, CX-12]', () => {
    fc.assert(
      fc.property(anyGraph, ({ nodes, edges }) => {
        const cache = cacheOf(...nodes.map((one) => node(one.id, one)));
        for (const edge of edges) cache.connect(edge);
        const other = new NetworkedCache();
        for (const edge of [...edges].reverse()) other.connect(edge);
        for (const one of [...nodes].reverse()) other.put(node(one.id, { ...one, summary: 'older' }));
        for (const one of nodes) other.put(node(one.id, one));
        expect(writeCache(other)).toBe(writeCache(cache));
        const read = readCache(writeCache(cache));
        expect(read && writeCache(read)).toBe(writeCache(cache));
        for (const { id } of nodes) {
          expect(relatedContext(other, id, plenty)).toEqual(relatedContext(cache, id, plenty));
        }
      }),
    );
  });

  it('gives a context within its budget, and edges only between nodes that are there [CX-8]', () => {
    fc.assert(
      fc.property(anyGraph, anyId, fc.nat(40), fc.nat(6), ({ nodes, edges }, id, budgetTokens, maxHops) => {
        const cache = cacheOf(...nodes.map((one) => node(one.id, one)));
        for (const edge of edges) cache.connect(edge);
        const context = relatedContext(cache, id, { budgetTokens, countTokens: words, maxHops });
        const size = context.nodes.reduce((sum, { summary }) => sum + words(summary), 0);
        expect(context.tokens).toBe(size);
        expect(size).toBeLessThanOrEqual(budgetTokens);
        for (const { from, to } of cache.edges()) expect([cache.node(from), cache.node(to)]).not.toContain(null);
      }),
    );
  });

  it('is none when its file is damaged [CX-12]', () => {
    const text = writeCache(chain(3));
    for (const damaged of ['', '{', text.slice(0, -1), text.replace('"version":1', '"version":9'), '[]', 'null']) {
      expect(readCache(damaged)).toBeNull();
    }
    expect(readCache(text.replace('"function"', '"planet"'))).toBeNull();
  });
});
