import { type Kysely, sql } from 'kysely';
import type { Database, DatabaseDialect, GuardedStatement } from '../../storage/index.ts';
import { promptWords } from './prompt-words.ts';
import type { IndexedTask } from './task-index-changes.ts';
import { taskIndexMigrations, type IndexTables } from './task-index-schema.ts';

const WORD = /[\p{L}\p{N}\p{M}]+/gu;

export interface IndexQuery {
  /** Any of them. */
  readonly phases?: readonly string[] | undefined;
  readonly language?: string | undefined;
  /** All of them. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Words of the prompt, all of them; the last one may go on. */
  readonly text?: string | undefined;
  /** Milliseconds since 1970, both included. */
  readonly createdFrom?: number | undefined;
  readonly createdTo?: number | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Coding tasks by what they are looked for. A projection of the log: it may be thrown away. */
export class TaskIndex {
  readonly dialect: DatabaseDialect;
  private readonly reader: Kysely<IndexTables>;

  private constructor(private readonly database: Database) {
    this.dialect = database.dialect;
    this.reader = database.reader<IndexTables>();
  }

  static async open(database: Database): Promise<TaskIndex> {
    await database.migrate('taskIndex', taskIndexMigrations);
    return new TaskIndex(database);
  }

  /** The last event of the log that the index knows of. */
  async cursor(): Promise<number> {
    const row = await this.reader.selectFrom('task_index_cursor').select('sequence').executeTakeFirstOrThrow();
    return Number(row.sequence);
  }

  async apply(statements: readonly GuardedStatement[]): Promise<void> {
    await this.database.write(statements);
  }

  /** The newest first. */
  async find(query: IndexQuery): Promise<readonly IndexedTask[]> {
    const { phases, language, metadata = {}, text, createdFrom, createdTo, before, limit } = query;
    let rows = this.reader.selectFrom('task_index').select(['position', 'task_id']);
    if (before !== undefined) rows = rows.where('position', '<', before);
    if (phases) rows = rows.where('phase', 'in', phases);
    if (language !== undefined) rows = rows.where('language', '=', language);
    if (createdFrom !== undefined) rows = rows.where('created_at', '>=', createdFrom);
    if (createdTo !== undefined) rows = rows.where('created_at', '<=', createdTo);
    for (const [key, value] of Object.entries(metadata)) rows = rows.where('position', 'in', this.having(key, value));
    const words = text === undefined ? null : (text.match(WORD) ?? []);
    if (words?.length === 0) return [];
    if (words) rows = rows.where('position', 'in', this.withWords(words));
    const found = await rows.orderBy('position', 'desc').limit(limit).execute();
    return found.map(({ position, task_id: taskId }) => ({ position: Number(position), taskId }));
  }

  private having(key: string, value: string) {
    const rows = this.reader.selectFrom('task_metadata').select('position');
    const exact = rows.where('key', '=', key).where('value', '=', value);
    if (this.dialect === 'sqlite') return exact;
    // What the index has of both.
    return exact
      .where(sql`left(key, 100)`, '=', sql`left(${key}, 100)`)
      .where(sql`left(value, 100)`, '=', sql`left(${value}, 100)`);
  }

  private withWords(words: readonly string[]) {
    const rows = this.reader.selectFrom('task_words');
    if (this.dialect === 'sqlite') return rows.select('rowid').where(sql<boolean>`task_words MATCH ${matchOf(words)}`);
    return rows.select('position').where(sql<boolean>`words @@ ${queryOf(words)}::tsquery`);
  }
}

/** As an FTS5 query, each word quoted: none of them is an operator. */
function matchOf(words: readonly string[]): string {
  return `${words.map((word) => `"${word}"`).join(' ')}*`;
}

/** The same for PostgreSQL, in the words that it was given. '', which finds nothing, where marks alone are asked for. */
function queryOf(words: readonly string[]): string {
  const kept = promptWords(words.join(' ')).map((word) => `'${word}'`);
  return kept.length === 0 ? '' : `${kept.join(' & ')}:*`;
}
