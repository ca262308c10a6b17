import type { Kysely } from 'kysely';
import { messageOf } from '../../kernel/errors.ts';
import {
  type Database,
  type GuardedStatement,
  type Row,
  StoreClosedError,
  StoreUnavailableError,
} from '../../storage/index.ts';
import { type KnowledgeEntry, type KnowledgeKind, knowledgeKinds } from './knowledge-entry.ts';
import { knowledgeMigrations, type KnowledgeTables, recreateStatements } from './knowledge-schema.ts';

export interface ListQuery {
  readonly kind?: KnowledgeKind | undefined;
  /** Only entries before this position. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The table of what was learned, and the questions that are asked of it. */
export class KnowledgeTable {
  private readonly reader: Kysely<KnowledgeTables>;

  private constructor(private readonly database: Database) {
    this.reader = database.reader<KnowledgeTables>();
  }

  static async open(database: Database): Promise<KnowledgeTable> {
    await database.migrate('knowledge', knowledgeMigrations);
    return new KnowledgeTable(database);
  }

  /** Throws away what is there, damaged or not. */
  async recreate(): Promise<void> {
    await this.database.write(recreateStatements(this.database.dialect).map((text) => statement(text)));
  }

  /**
   * What is wrong with the tables, in words: one is missing, entries are lost, the index does not fit. Null: nothing.
   * `thorough` also reads all of the index, a second for 10,000 entries. Rejects with StoreUnavailableError where the
   * tables cannot be looked at.
   */
  async damage({ thorough }: { readonly thorough: boolean }): Promise<string | null> {
    try {
      // Read at one moment: another server may be adding to them.
      const cursor = await this.reader
        .selectFrom('knowledge_cursor')
        .select((table) => [
          'entries as expected',
          table
            .selectFrom('knowledge')
            .select(({ fn }) => fn.countAll().as('count'))
            .as('found'),
        ])
        .executeTakeFirst();
      if (!cursor) return 'how far the log was read is lost';
      const [entries, expected] = [Number(cursor.found), Number(cursor.expected)];
      if (entries !== expected) return `it has ${entries} entries instead of ${expected}`;
      await this.reader.selectFrom('knowledge_vectors').select('position').limit(1).execute();
      await this.reader.selectFrom('knowledge_forgotten').select('id').limit(1).execute();
      return this.database.dialect === 'sqlite' ? await this.damageOfIndex(entries, thorough) : null;
    } catch (error) {
      if (error instanceof StoreClosedError) throw error;
      if (error instanceof StoreUnavailableError && error.cause !== 'damaged') throw error;
      return messageOf(error);
    }
  }

  private async damageOfIndex(entries: number, thorough: boolean): Promise<string | null> {
    const indexed = await this.count('knowledge_words_docsize');
    if (indexed !== entries) return `${indexed} of ${entries} entries are in the index of words`;
    await this.reader.selectFrom('knowledge_vocabulary').select('term').limit(1).execute();
    const check = `INSERT INTO knowledge_words (knowledge_words, rank) VALUES ('integrity-check', 1)`;
    if (thorough) await this.database.write([statement(check)]);
    return null;
  }

  private async count(table: 'knowledge' | 'knowledge_words_docsize'): Promise<number> {
    const { count } = await this.reader
      .selectFrom(table)
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  apply(statements: readonly GuardedStatement[]): Promise<Row[][]> {
    return this.database.write(statements);
  }

  /** The last event of the log that the entries come from. */
  async cursor(): Promise<number> {
    const { sequence } = await this.reader.selectFrom('knowledge_cursor').select('sequence').executeTakeFirstOrThrow();
    return Number(sequence);
  }

  async find(id: string): Promise<KnowledgeEntry | null> {
    const [entry = null] = await this.findAll([id]);
    return entry;
  }

  /** How many entries of a kind there are. */
  async countOf(kind: KnowledgeKind): Promise<number> {
    const { count } = await this.reader
      .selectFrom('knowledge')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('kind', '=', kind)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** In no order; ids that are not there are left out. */
  async findAll(ids: readonly string[]): Promise<readonly KnowledgeEntry[]> {
    if (ids.length === 0) return [];
    return (await this.reader.selectFrom('knowledge').selectAll().where('id', 'in', ids).execute()).map(entryOf);
  }

  /** The newest first. */
  async list({ kind, before, limit }: ListQuery): Promise<readonly KnowledgeEntry[]> {
    const rows = await this.reader
      .selectFrom('knowledge')
      .selectAll()
      .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? ''))
      .$if(before !== undefined, (query) => query.where('position', '<', before ?? 0))
      .orderBy('position', 'desc')
      .limit(limit)
      .execute();
    return rows.map(entryOf);
  }
}

function statement(text: string): GuardedStatement {
  return { sql: text, parameters: [] };
}

/** The entry of a row; a kind that only a newer program knows counts as a pattern. */
export function entryOf(row: KnowledgeTables['knowledge']): KnowledgeEntry {
  return {
    position: Number(row.position),
    id: row.id,
    kind: knowledgeKinds.find((kind) => kind === row.kind) ?? 'pattern',
    title: row.title,
    text: row.text,
    taskId: row.task_id,
    module: row.module,
    language: row.language,
    eventId: row.event_id,
    correctedBy: row.corrected_by,
  };
}
