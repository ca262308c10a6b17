import type { DatabaseDialect, Migration } from '../../storage/index.ts';

export interface KnowledgeTables {
  knowledge: {
    position: number;
    id: string;
    kind: string;
    title: string;
    text: string;
    words: string;
    task_id: string;
    module: string | null;
    language: string;
    event_id: string;
    corrected_by: string | null;
  };
  /** A vector that changes gets a new id. */
  knowledge_vectors: { id: number; position: number; model: string; vector: Uint8Array };
  /** SQLite alone: a row for every entry in the index of words. */
  knowledge_words_docsize: { id: number };
  /** SQLite alone: the words of the index, and in how many entries they are. */
  knowledge_vocabulary: { term: string; doc: number };
  knowledge_forgotten: { id: string };
  /** One row: up to which event of the log the entries go, and how many there are, so that a loss is seen. */
  knowledge_cursor: { id: number; sequence: number; entries: number };
}

const columns = `
  id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, words TEXT NOT NULL,
  task_id TEXT NOT NULL, module TEXT, language TEXT NOT NULL, event_id TEXT NOT NULL, corrected_by TEXT`;

/** Ids that are not learned again. */
const forgotten = `CREATE TABLE knowledge_forgotten (id TEXT PRIMARY KEY)`;

const cursor = [
  `CREATE TABLE knowledge_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), sequence BIGINT NOT NULL, entries BIGINT NOT NULL)`,
  `INSERT INTO knowledge_cursor (id, sequence, entries) VALUES (1, 0, 0)`,
];

/** Counts and ids are read without the vectors beside them. */
const vectorsOfModel = `CREATE INDEX knowledge_vectors_of_model ON knowledge_vectors (model, id)`;

/** The index of words follows its table by triggers; in PostgreSQL it is an index like any other. */
const create: Readonly<Record<DatabaseDialect, readonly string[]>> = {
  sqlite: [
    `CREATE TABLE knowledge (position INTEGER PRIMARY KEY AUTOINCREMENT, ${columns}) STRICT`,
    `CREATE TABLE knowledge_vectors (id INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER NOT NULL UNIQUE,
       model TEXT NOT NULL, vector BLOB NOT NULL) STRICT`,
    vectorsOfModel,
    forgotten,
    `CREATE VIRTUAL TABLE knowledge_words USING fts5(words, content='knowledge', content_rowid='position',
       tokenize='unicode61 remove_diacritics 0')`,
    `CREATE VIRTUAL TABLE knowledge_vocabulary USING fts5vocab(knowledge_words, row)`,
    `CREATE TRIGGER knowledge_learned AFTER INSERT ON knowledge BEGIN
       INSERT INTO knowledge_words (rowid, words) VALUES (new.position, new.words);
     END`,
    `CREATE TRIGGER knowledge_forgotten AFTER DELETE ON knowledge BEGIN
       INSERT INTO knowledge_words (knowledge_words, rowid, words) VALUES ('delete', old.position, old.words);
     END`,
    `CREATE TRIGGER knowledge_corrected AFTER UPDATE OF words ON knowledge BEGIN
       INSERT INTO knowledge_words (knowledge_words, rowid, words) VALUES ('delete', old.position, old.words);
       INSERT INTO knowledge_words (rowid, words) VALUES (new.position, new.words);
     END`,
    ...cursor.map((sql) => sql.replaceAll('BIGINT', 'INTEGER')),
  ],
  postgres: [
    `CREATE TABLE knowledge (position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ${columns})`,
    `CREATE TABLE knowledge_vectors (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       position BIGINT NOT NULL UNIQUE, model TEXT NOT NULL, vector BYTEA NOT NULL)`,
    vectorsOfModel,
    forgotten,
    `CREATE INDEX knowledge_words ON knowledge USING gin (to_tsvector('simple', words))`,
    ...cursor,
  ],
};

const drop: Readonly<Record<DatabaseDialect, readonly string[]>> = {
  sqlite: [
    'knowledge_vocabulary',
    'knowledge_words',
    'knowledge_vectors',
    'knowledge_forgotten',
    'knowledge',
    'knowledge_cursor',
  ].map((table) => `DROP TABLE IF EXISTS ${table}`),
  postgres: ['DROP TABLE IF EXISTS knowledge_vectors, knowledge_forgotten, knowledge, knowledge_cursor'],
};

export const knowledgeMigrations: readonly Migration[] = [
  { id: 1, up: { sqlite: `${create.sqlite.join(';\n')};`, postgres: `${create.postgres.join(';\n')};` } },
];

/** Makes all tables anew and empty, whatever is left of them. */
export function recreateStatements(dialect: DatabaseDialect): readonly string[] {
  return [...drop[dialect], ...create[dialect]];
}
