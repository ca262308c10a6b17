import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DirectedGraph } from 'graphology';
import { fuseRanks } from './fuse-ranks.ts';
import { pageRankFrom } from './page-rank.ts';

function graphOf(edges: readonly (readonly [string, string, number?])[]): DirectedGraph {
  const graph = new DirectedGraph();
  for (const [from, to, weight] of edges) {
    graph.mergeNode(from);
    graph.mergeNode(to);
    graph.mergeEdge(from, to, { weight });
  }
  return graph;
}

const best = (ranks: ReadonlyMap<string, number>) => [...ranks].sort((a, b) => b[1] - a[1]).map(([node]) => node);

describe('personalised PageRank (CX-8)', () => {
  it('ranks by closeness to where the walk begins', () => {
    const graph = graphOf([
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
      ['x', 'y'],
    ]);
    const ranks = pageRankFrom(graph, new Map([['a', 1]]));
    expect(best(ranks).slice(0, 4)).toEqual(['a', 'b', 'c', 'd']);
    expect(ranks.get('y')).toBe(0);
  });

  it('follows heavy edges more than light ones', () => {
    const ranks = pageRankFrom(
      graphOf([
        ['a', 'light', 1],
        ['a', 'heavy', 3],
      ]),
      new Map([['a', 1]]),
    );
    expect((ranks.get('heavy') ?? 0) / (ranks.get('light') ?? 1)).toBeCloseTo(3);
  });

  it('has no rank without a seed that is in the graph', () => {
    expect(pageRankFrom(graphOf([['a', 'b']]), new Map([['elsewhere', 1]])).size).toBe(0);
  });

  it('sums to one on any graph, circles, ends and loops included', () => {
    const node = fc.integer({ min: 0, max: 12 }).map(String);
    fc.assert(
      fc.property(fc.array(fc.tuple(node, node, fc.integer({ min: 1, max: 5 })), { minLength: 1 }), (edges) => {
        const ranks = pageRankFrom(graphOf(edges), new Map([[edges[0]?.[0] ?? '', 2]]));
        expect([...ranks.values()].reduce((sum, rank) => sum + rank, 0)).toBeCloseTo(1, 9);
        expect(Math.min(...ranks.values())).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('reciprocal rank fusion', () => {
  it('prefers what several lists have near their top', () => {
    const fused = fuseRanks([{ items: ['a', 'b', 'c'] }, { items: ['d', 'b', 'e'] }]);
    expect(fused[0]?.item).toBe('b');
  });

  it('lets a heavier list decide', () => {
    expect(fuseRanks([{ items: ['a', 'b'] }, { items: ['b', 'a'], weight: 2 }])[0]?.item).toBe('b');
  });
});
