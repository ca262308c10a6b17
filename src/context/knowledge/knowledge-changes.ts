import type { GuardedStatement } from '../../storage/index.ts';
import type { Lesson } from './knowledge-entry.ts';
import { tellingWords } from '../words.ts';

/** Words of an entry that it is found by. */
const MAX_INDEXED_WORDS = 800;

const CURSOR_GUARD = 'context.knowledgeCursor';

/** The changes of the table as SQL; they commit together with how far the log was followed. */
export const changes = {
  /** Nothing when it is there already, or a person had it forgotten. */
  learn({ id, kind, title, text, taskId, module, language, eventId }: Lesson): readonly GuardedStatement[] {
    return [
      {
        sql: `INSERT INTO knowledge (id, kind, title, text, words, task_id, module, language, event_id)
              SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM knowledge_forgotten WHERE id = ?)
              ON CONFLICT (id) DO NOTHING`,
        parameters: [id, kind, title, text, indexed(title, text), taskId, module, language, eventId, id],
      },
    ];
  },

  correct(id: string, title: string, text: string, by: string): readonly GuardedStatement[] {
    return [
      withoutVector(id),
      {
        sql: 'UPDATE knowledge SET title = ?, text = ?, words = ?, corrected_by = ? WHERE id = ?',
        parameters: [title, text, indexed(title, text), by, id],
      },
    ];
  },

  forget(id: string): readonly GuardedStatement[] {
    return [
      withoutVector(id),
      { sql: 'DELETE FROM knowledge WHERE id = ?', parameters: [id] },
      { sql: 'INSERT INTO knowledge_forgotten (id) VALUES (?) ON CONFLICT (id) DO NOTHING', parameters: [id] },
    ];
  },

  /** Refused when somebody else has followed the log meanwhile. */
  moveCursor(from: number, to: number): GuardedStatement {
    return {
      sql: `UPDATE knowledge_cursor SET sequence = ?, entries = (SELECT count(*) FROM knowledge) WHERE sequence = ?`,
      parameters: [to, from],
      guard: { name: CURSOR_GUARD, rows: 1 },
    };
  },
};

function indexed(title: string, text: string): string {
  return tellingWords(`${title}\n${text}`, MAX_INDEXED_WORDS).join(' ');
}

function withoutVector(id: string): GuardedStatement {
  return {
    sql: 'DELETE FROM knowledge_vectors WHERE position = (SELECT position FROM knowledge WHERE id = ?)',
    parameters: [id],
  };
}
