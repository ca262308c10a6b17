import { type Kysely, sql } from 'kysely';
import type { Database, GuardedStatement, Migration } from '../../storage/index.ts';

interface IndexTables {
  /** `phase`: the status as the events alone tell it. */
  task_index: { position: number; task_id: string; phase: string; language: string | null; created_at: number };
  task_metadata: { key: string; value: string; position: number };
  task_words: { rowid: number };
  task_index_cursor: { id: number; sequence: number };
}

export const taskIndexMigrations: readonly Migration[] = [
  {
    id: 1,
    up: `CREATE TABLE task_index (
           position INTEGER PRIMARY KEY,
           task_id TEXT NOT NULL UNIQUE,
           phase TEXT NOT NULL,
           language TEXT,
           created_at INTEGER NOT NULL
         ) STRICT;
         CREATE INDEX task_index_phase ON task_index (phase, position);
         CREATE INDEX task_index_language ON task_index (language, position);
         CREATE INDEX task_index_created ON task_index (created_at);
         CREATE TABLE task_metadata (
           key TEXT NOT NULL,
           value TEXT NOT NULL,
           position INTEGER NOT NULL,
           PRIMARY KEY (key, value, position)
         ) STRICT, WITHOUT ROWID;
         CREATE VIRTUAL TABLE task_words USING fts5(prompt, content='', tokenize='unicode61');
         CREATE TABLE task_index_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL) STRICT;
         INSERT INTO task_index_cursor VALUES (1, 0);`,
  },
];

export const CURSOR_GUARD = 'tasks.indexCursor';

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

export interface IndexedTask {
  /** The sequence number of its first event: it never changes, and newer tasks have a higher one. */
  readonly position: number;
  readonly taskId: string;
}

/** The changes of the index, to be committed together with the cursor. */
export const indexChanges = {
  add(
    { position, taskId }: IndexedTask,
    task: {
      readonly prompt: string;
      readonly language: string | null;
      readonly createdAt: number;
      readonly metadata: Readonly<Record<string, string>>;
    },
  ): readonly GuardedStatement[] {
    return [
      {
        sql: `INSERT INTO task_index (position, task_id, phase, language, created_at) VALUES (?, ?, 'created', ?, ?)`,
        parameters: [position, taskId, task.language, task.createdAt],
      },
      {
        sql: `INSERT INTO task_metadata (key, value, position) SELECT key, value, ? FROM json_each(?)`,
        parameters: [position, JSON.stringify(task.metadata)],
      },
      { sql: 'INSERT INTO task_words (rowid, prompt) VALUES (?, ?)', parameters: [position, task.prompt] },
    ];
  },

  move(taskId: string, phase: string, language: string | null): GuardedStatement {
    return {
      sql: 'UPDATE task_index SET phase = ?, language = coalesce(?, language) WHERE task_id = ?',
      parameters: [phase, language, taskId],
    };
  },

  moveCursor(from: number, to: number): GuardedStatement {
    return {
      sql: 'UPDATE task_index_cursor SET sequence = ? WHERE sequence = ?',
      parameters: [to, from],
      guard: { name: CURSOR_GUARD, rows: 1 },
    };
  },
};

/** Coding tasks by what they are looked for. A projection of the log: it may be thrown away. */
export class TaskIndex {
  private readonly reader: Kysely<IndexTables>;

  private constructor(private readonly database: Database) {
    this.reader = database.reader<IndexTables>();
  }

  static async open(database: Database): Promise<TaskIndex> {
    await database.migrate('taskIndex', taskIndexMigrations);
    return new TaskIndex(database);
  }

  /** The last event of the log that the index knows of. */
  async cursor(): Promise<number> {
    const row = await this.reader.selectFrom('task_index_cursor').select('sequence').executeTakeFirstOrThrow();
    return row.sequence;
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
    for (const [key, value] of Object.entries(metadata)) {
      const having = this.reader.selectFrom('task_metadata').select('position');
      rows = rows.where('position', 'in', having.where('key', '=', key).where('value', '=', value));
    }
    const match = text === undefined ? null : matchOf(text);
    if (match === '') return [];
    if (match !== null) {
      rows = rows.where(sql<boolean>`position IN (SELECT rowid FROM task_words WHERE task_words MATCH ${match})`);
    }
    const found = await rows.orderBy('position', 'desc').limit(limit).execute();
    return found.map(({ position, task_id: taskId }) => ({ position, taskId }));
  }
}

/** The words of a text as an FTS5 query, each quoted: none of them is an operator. '' for a text without words. */
function matchOf(text: string): string {
  const words = text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return words.map((word) => `"${word}"`).join(' ') + (words.length > 0 ? '*' : '');
}
