import { DirectedGraph } from 'graphology';
import { fuseRanks } from '../rank/fuse-ranks.ts';
import { pageRankFrom } from '../rank/page-rank.ts';
import type { KnowledgeEntry } from './knowledge-entry.ts';

/** An entry that was found, and how. */
export interface FoundKnowledge {
  readonly entry: KnowledgeEntry;
  /** Of the reciprocal ranks; to be compared within one answer only. */
  readonly score: number;
  readonly foundBy: readonly ('words' | 'meaning')[];
}

/**
 * One order out of what was found by words and by meaning, ids best first. Of equals the one that hangs together with more
 * of the others (same task, same module) comes first, then the newer one. Ids without an entry are left out.
 */
export function rankKnowledge(
  byWords: readonly string[],
  byMeaning: readonly string[],
  entries: readonly KnowledgeEntry[],
): readonly FoundKnowledge[] {
  const known = new Map(entries.map((entry) => [entry.id, entry]));
  const [words, meaning] = [new Set(byWords), new Set(byMeaning)];
  const ranks = pageRankFrom(kinship(entries), new Map(entries.map(({ id }) => [id, 1])));
  return fuseRanks([{ items: byWords }, { items: byMeaning }])
    .flatMap(({ item, score }): readonly FoundKnowledge[] => {
      const entry = known.get(item);
      const foundBy = [words.has(item) ? ['words' as const] : [], meaning.has(item) ? ['meaning' as const] : []].flat();
      return entry ? [{ entry, score, foundBy }] : [];
    })
    .sort(
      (a, b) =>
        b.score - a.score ||
        (ranks.get(b.entry.id) ?? 0) - (ranks.get(a.entry.id) ?? 0) ||
        b.entry.position - a.entry.position,
    );
}

/** Entries hang together by their tasks and the paths of their modules, which are nodes of their own. */
function kinship(entries: readonly KnowledgeEntry[]): DirectedGraph {
  const graph = new DirectedGraph();
  for (const { id, taskId, module } of entries) {
    const groups = [`task ${taskId}`, ...(module === null ? [] : [`module ${module}`])];
    for (const group of groups) {
      graph.mergeEdge(id, group);
      graph.mergeEdge(group, id);
    }
  }
  return graph;
}
