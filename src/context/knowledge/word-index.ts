import { type Kysely, sql } from 'kysely';
import type { Database } from '../../storage/index.ts';
import type { KnowledgeTables } from './knowledge-schema.ts';
import { tellingWords } from '../words.ts';

/** Words of a question; of these the rarest are looked for, as common ones take long and tell little. */
const MAX_ASKED_WORDS = 40;
const MAX_SOUGHT_WORDS = 8;

/** Finds entries by their words: with FTS5 in SQLite, with its own text search in PostgreSQL. */
export class WordIndex {
  private readonly reader: Kysely<KnowledgeTables>;

  constructor(private readonly database: Database) {
    this.reader = database.reader<KnowledgeTables>();
  }

  /** Ids of the entries that have words of the question, best first by BM25 (SQLite) or ts_rank (PostgreSQL). */
  async find(question: string, limit: number): Promise<readonly string[]> {
    const asked = [...new Set(tellingWords(question, MAX_ASKED_WORDS))];
    if (asked.length === 0) return [];
    if (this.database.dialect === 'postgres') return this.findInPostgres(asked, limit);
    const sought = await this.rarest(asked);
    if (sought.length === 0) return [];
    const match = sought.map((word) => `"${word.replaceAll('"', '')}"`).join(' OR ');
    // Ordered and cut by the index itself before any row is read.
    const { rows } = await sql<{ id: string }>`
      SELECT knowledge.id FROM
        (SELECT rowid, rank FROM knowledge_words WHERE knowledge_words MATCH ${match} ORDER BY rank LIMIT ${limit}) AS best
        JOIN knowledge ON knowledge.position = best.rowid
      ORDER BY best.rank, best.rowid DESC`.execute(this.reader);
    return rows.map(({ id }) => id);
  }

  private async rarest(words: readonly string[]): Promise<readonly string[]> {
    const { rows } = await sql<{ term: string }>`
      SELECT term FROM knowledge_vocabulary WHERE term IN (${sql.join(words)})
      ORDER BY doc, term LIMIT ${MAX_SOUGHT_WORDS}`.execute(this.reader);
    return rows.map(({ term }) => term);
  }

  private async findInPostgres(words: readonly string[], limit: number): Promise<readonly string[]> {
    const match = words.map((word) => `'${word.replaceAll(/['\\]/g, '')}'`).join(' | ');
    const { rows } = await sql<{ id: string }>`
      SELECT id FROM knowledge, to_tsquery('simple', ${match}) AS asked WHERE to_tsvector('simple', words) @@ asked
      ORDER BY ts_rank(to_tsvector('simple', words), asked) DESC, position DESC LIMIT ${limit}`.execute(this.reader);
    return rows.map(({ id }) => id);
  }
}
