import type { KnowledgeEntry, Memory, OfflineCache } from '../../context/index.ts';
import type { EventStore } from '../../events/index.ts';
import type { Json } from '../../kernel/json.ts';
import type { ShortTermMemory } from './short-term-memory.ts';

/** Something that was remembered and found again. */
export interface Recollection {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** The job that it comes from. */
  readonly subject: string;
  readonly metadata: Readonly<Record<string, Json>>;
  /** To be compared within one answer only. */
  readonly score: number;
  readonly foundBy: readonly ('words' | 'meaning')[];
}

const MOST_FOUND = 50;

/** What jobs remember: values for a while, and texts for good that are found by words and by meaning. */
export class ContextMemory {
  constructor(
    readonly shortTerm: ShortTermMemory,
    private readonly longTerm: OfflineCache,
    private readonly events: Pick<EventStore, 'getEvents'>,
  ) {}

  /** Keeps a text for good. Safe to repeat; null: a person had it forgotten. Rejects as OfflineCache.remember does. */
  store(memory: Memory): Promise<KnowledgeEntry | null> {
    return this.longTerm.remember(memory);
  }

  /** What fits a text best, the best first: at most `limit`, and 50. */
  async search(query: string, limit = 10): Promise<readonly Recollection[]> {
    const found = await this.longTerm.search(query, { kinds: ['memory'], limit: Math.min(limit, MOST_FOUND) });
    return Promise.all(
      found.map(async ({ entry, score, foundBy }) => {
        const { id, title, text, taskId } = entry;
        return { id, title, text, subject: taskId, metadata: await this.metadataOf(id), score, foundBy };
      }),
    );
  }

  private async metadataOf(id: string): Promise<Readonly<Record<string, Json>>> {
    const [stored] = await this.events.getEvents(`knowledge:${id}`, { types: ['MEMORY_STORED'] });
    return stored?.eventType === 'MEMORY_STORED' ? stored.data.metadata : {};
  }
}
