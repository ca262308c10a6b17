import type { Migration } from '../../storage/index.ts';

export interface IndexTables {
  /** `phase`: the status as the events alone tell it. */
  task_index: { position: number; task_id: string; phase: string; language: string | null; created_at: number };
  task_metadata: { key: string; value: string; position: number };
  /** SQLite alone has rowid, PostgreSQL alone position. */
  task_words: { rowid: number; position: number };
  task_index_cursor: { id: number; sequence: number };
}

const columns = (integer: string, text: string) => `
  position ${integer} PRIMARY KEY,
  task_id ${text} NOT NULL UNIQUE,
  phase TEXT NOT NULL,
  language TEXT,
  created_at ${integer} NOT NULL`;

const cursorColumns = (integer: string) => `id INTEGER PRIMARY KEY CHECK (id = 1), sequence ${integer} NOT NULL`;

const rest = `
  CREATE INDEX task_index_phase ON task_index (phase, position);
  CREATE INDEX task_index_language ON task_index (language, position);
  CREATE INDEX task_index_created ON task_index (created_at);
  INSERT INTO task_index_cursor VALUES (1, 0);`;

/**
 * The words stand in a table of their own, as the index of them is dear to change and the row of a task moves often. Where
 * PostgreSQL has an index of texts that may be long, it is one of their first characters, as more has no room in it.
 */
export const taskIndexMigrations: readonly Migration[] = [
  {
    id: 1,
    up: {
      sqlite: `CREATE TABLE task_index (${columns('INTEGER', 'TEXT')}) STRICT;
               CREATE TABLE task_metadata (
                 key TEXT NOT NULL,
                 value TEXT NOT NULL,
                 position INTEGER NOT NULL,
                 PRIMARY KEY (key, value, position)
               ) STRICT, WITHOUT ROWID;
               CREATE VIRTUAL TABLE task_words USING fts5(prompt, content='', tokenize='unicode61');
               CREATE TABLE task_index_cursor (${cursorColumns('INTEGER')}) STRICT;${rest}`,
      postgres: `CREATE TABLE task_index (${columns('bigint', 'text COLLATE "C"')});
                 CREATE TABLE task_metadata (key text NOT NULL, value text NOT NULL, position bigint NOT NULL);
                 CREATE INDEX task_metadata_entry ON task_metadata (left(key, 100), left(value, 100), position);
                 CREATE TABLE task_words (position bigint PRIMARY KEY, words tsvector NOT NULL);
                 CREATE INDEX task_words_words ON task_words USING gin (words);
                 CREATE TABLE task_index_cursor (${cursorColumns('bigint')});${rest}`,
    },
  },
];
