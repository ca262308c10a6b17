import { createHash } from 'node:crypto';
import type { EventStore } from '../../events/index.ts';
import { InvalidInputError, messageOf } from '../../kernel/errors.ts';
import { type Json, plainJsonIssue } from '../../kernel/json.ts';
import type { Embedder } from '../../llm/index.ts';
import type { Database } from '../../storage/index.ts';
import {
  type KnowledgeEntry,
  type KnowledgeKind,
  MAX_TEXT_CHARACTERS,
  MAX_TITLE_CHARACTERS,
} from './knowledge-entry.ts';
import { KnowledgeNotFoundError, MemoryFullError } from './knowledge.errors.ts';
import { KnowledgeProjection, type ProjectionParts } from './knowledge-projection.ts';
import { KnowledgeTable, type ListQuery } from './knowledge-table.ts';
import { type FoundKnowledge, rankKnowledge } from './rank-knowledge.ts';
import { VectorIndex } from './vector-index.ts';
import { WordIndex } from './word-index.ts';

export interface OfflineCacheParts {
  readonly events: EventStore;
  readonly database: Database;
  /** Null: entries are found by their words alone. */
  readonly embedder: Embedder | null;
  readonly warn: (message: string, error?: unknown) => void;
}

export interface SearchOptions {
  /** Default: 10; at most 100. */
  readonly limit?: number;
  /** Default: all. */
  readonly kinds?: readonly KnowledgeKind[];
}

/** What a person puts in place of what was learned. What is left out stays. */
export interface Correction {
  readonly title?: string | undefined;
  readonly text?: string | undefined;
  readonly by: string;
}

/** Something to be found again, and where it comes from. */
export interface Memory {
  /** One line. Default: the beginning of the text. */
  readonly title?: string;
  readonly text: string;
  /** The job or task that it comes from. */
  readonly subject: string;
  /** Plain JSON that comes back with it. Default: none. */
  readonly metadata?: Readonly<Record<string, Json>>;
}

/** Memories in all: their vectors are in memory. */
const MAX_MEMORIES = 10_000;
const MAX_METADATA_CHARACTERS = 10_000;
const ID_DIGITS = 20;

/** Candidates that each way of searching gives; more where only some kinds are wanted, as the others fall away. */
const CANDIDATES = 50;
const CANDIDATES_OF_ALL_KINDS = 200;
const MOST_FOUND = 100;
/** How long a search waits for the vector of its question before it goes by words alone. */
const EMBED_MS = 2000;

/**
 * What past tasks have taught, kept between sessions and found again in new ones. It is folded from the log and may be
 * lost at any time; what people correct or forget is in the log, too.
 */
export class OfflineCache {
  private constructor(
    private readonly parts: ProjectionParts,
    private readonly words: WordIndex,
    private readonly projection: KnowledgeProjection,
  ) {}

  /** Brings its tables up to date, and empties them where they are damaged: `start` or `catchUp` fills them again. */
  static async open({ database, embedder, events, warn }: OfflineCacheParts): Promise<OfflineCache> {
    const table = await KnowledgeTable.open(database);
    const meaning = embedder && { embedder, vectors: new VectorIndex(database, embedder.model) };
    const parts: ProjectionParts = { events, table, meaning, warn };
    const projection = new KnowledgeProjection(parts);
    await projection.repair({ thorough: false });
    return new OfflineCache(parts, new WordIndex(database), projection);
  }

  /** From now on it learns from every task that ends. */
  start(): void {
    this.projection.start();
  }

  /** Safe to repeat. */
  stop(): Promise<void> {
    return this.projection.stop();
  }

  /** Resolves once it knows all that the log had taught when it was asked. */
  catchUp(): Promise<void> {
    return this.projection.catchUp();
  }

  /** The entries that fit a text best, by words and, where there is an embedder, by meaning. Same log, same order. */
  async search(text: string, { limit = 10, kinds }: SearchOptions = {}): Promise<readonly FoundKnowledge[]> {
    const candidates = kinds ? CANDIDATES_OF_ALL_KINDS : CANDIDATES;
    const [byWords, byMeaning] = await Promise.all([
      this.findByWords(text, candidates),
      this.findByMeaning(text, candidates),
    ]);
    const entries = await this.parts.table.findAll([...new Set([...byWords, ...byMeaning])]);
    const wanted = kinds ? entries.filter(({ kind }) => kinds.includes(kind)) : entries;
    return rankKnowledge(byWords, byMeaning, wanted).slice(0, Math.min(limit, MOST_FOUND));
  }

  /** One page, the newest first. */
  list(query: ListQuery): Promise<readonly KnowledgeEntry[]> {
    return this.parts.table.list(query);
  }

  /** Rejects with KnowledgeNotFoundError. */
  async get(id: string): Promise<KnowledgeEntry> {
    const entry = await this.parts.table.find(id);
    if (!entry) throw new KnowledgeNotFoundError(id);
    return entry;
  }

  /**
   * Keeps a text to be found again, as an event. The same text is one entry, so it is safe to repeat; null: a person had it
   * forgotten, and it stays so. Rejects with InvalidInputError, or MemoryFullError.
   */
  async remember({ text, subject, metadata = {}, ...given }: Memory): Promise<KnowledgeEntry | null> {
    const title = given.title ?? firstLine(text);
    refuseUnfit('title', title, MAX_TITLE_CHARACTERS);
    refuseUnfit('text', text, MAX_TEXT_CHARACTERS);
    refuseUnfit('subject', subject, MAX_TITLE_CHARACTERS);
    const issue = plainJsonIssue(metadata, 'metadata');
    if (issue) throw new InvalidInputError([issue]);
    refuseUnfit('metadata', JSON.stringify(metadata), MAX_METADATA_CHARACTERS);
    const content = createHash('sha256').update(JSON.stringify([title, text]));
    const id = `memory-${content.digest('hex').slice(0, ID_DIGITS)}`;
    const known = await this.parts.table.find(id);
    if (known) return known;
    if ((await this.parts.table.countOf('memory')) >= MAX_MEMORIES) throw new MemoryFullError(MAX_MEMORIES);
    await this.parts.events.append(streamOf(id), [
      { eventType: 'MEMORY_STORED', data: { id, title, text, subject, metadata } },
    ]);
    await this.catchUp();
    return this.parts.table.find(id);
  }

  /** Puts an entry right. Rejects with KnowledgeNotFoundError, or InvalidInputError where it would be empty or too long. */
  async correct(id: string, { title, text, by }: Correction): Promise<KnowledgeEntry> {
    const entry = await this.get(id);
    const data = { id, title: title ?? entry.title, text: text ?? entry.text, by };
    refuseUnfit('title', data.title, MAX_TITLE_CHARACTERS);
    refuseUnfit('text', data.text, MAX_TEXT_CHARACTERS);
    await this.parts.events.append(streamOf(id), [{ eventType: 'KNOWLEDGE_CORRECTED', data }]);
    await this.catchUp();
    return this.get(id);
  }

  /** It is not found again, and not learned again, whichever task teaches it. Rejects with KnowledgeNotFoundError. */
  async forget(id: string, by: string): Promise<void> {
    await this.get(id);
    await this.parts.events.append(streamOf(id), [{ eventType: 'KNOWLEDGE_FORGOTTEN', data: { id, by } }]);
    await this.catchUp();
  }

  /** An index that turns out to be damaged is made anew first. */
  private async findByWords(text: string, limit: number): Promise<readonly string[]> {
    try {
      return await this.words.find(text, limit);
    } catch (error) {
      if (!(await this.projection.repair({ thorough: true }))) throw error;
      await this.catchUp();
      return this.words.find(text, limit);
    }
  }

  private async findByMeaning(text: string, limit: number): Promise<readonly string[]> {
    const { meaning, warn } = this.parts;
    if (!meaning) return [];
    try {
      const [vector] = await meaning.embedder.embed([text], AbortSignal.timeout(EMBED_MS));
      return vector ? await meaning.vectors.find(vector, limit) : [];
    } catch (error) {
      warn(`A search goes by words alone: ${messageOf(error)}`);
      return [];
    }
  }
}

function streamOf(id: string): string {
  return `knowledge:${id}`;
}

function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.slice(0, MAX_TITLE_CHARACTERS).replace(/[\ud800-\udbff]$/, '');
}

function refuseUnfit(path: string, text: string, maxCharacters: number): void {
  if (text.trim() !== '' && text.length <= maxCharacters) return;
  throw new InvalidInputError([{ path, message: `must have 1 to ${maxCharacters} characters, not only blanks` }]);
}
