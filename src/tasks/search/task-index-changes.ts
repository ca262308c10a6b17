import type { DatabaseDialect, GuardedStatement } from '../../storage/index.ts';
import { wordsToKeep } from './prompt-words.ts';

/** A name of a language is known by its beginning. */
const MAX_LANGUAGE_CHARACTERS = 200;
const CURSOR_GUARD = 'tasks.indexCursor';

export interface IndexedTask {
  /** The sequence number of its first event: it never changes, and newer tasks have a higher one. */
  readonly position: number;
  readonly taskId: string;
}

/** What a task is found by. */
export interface TaskEntry {
  readonly prompt: string;
  readonly language: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The changes of the index, to be committed together with the cursor. */
export const indexChanges = {
  add(dialect: DatabaseDialect, { position, taskId }: IndexedTask, task: TaskEntry): readonly GuardedStatement[] {
    return [
      {
        sql: `INSERT INTO task_index (position, task_id, phase, language, created_at) VALUES (?, ?, 'created', ?, ?)`,
        parameters: [position, taskId, languageOf(task.language), task.createdAt],
      },
      ...Object.entries(task.metadata).map(([key, value]) => ({
        sql: 'INSERT INTO task_metadata (key, value, position) VALUES (?, ?, ?)',
        parameters: [key, value, position],
      })),
      dialect === 'postgres'
        ? {
            sql: `INSERT INTO task_words (position, words) VALUES (?, array_to_tsvector(string_to_array(?, ' ')))`,
            parameters: [position, wordsToKeep(task.prompt).join(' ')],
          }
        : { sql: 'INSERT INTO task_words (rowid, prompt) VALUES (?, ?)', parameters: [position, task.prompt] },
    ];
  },

  move(taskId: string, phase: string, language: string | null): GuardedStatement {
    return {
      sql: 'UPDATE task_index SET phase = ?, language = coalesce(?, language) WHERE task_id = ?',
      parameters: [phase, languageOf(language), taskId],
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

function languageOf(language: string | null): string | null {
  return language === null ? null : language.slice(0, MAX_LANGUAGE_CHARACTERS);
}
