import type { Kysely } from 'kysely';
import type { Database, GuardedStatement, Migration } from '../storage/index.ts';
import { sha256 } from './task-files.ts';

interface IdempotencyTables {
  idempotency_keys: { key: string; request_hash: string; task_id: string };
}

const migrations: readonly Migration[] = [
  {
    id: 1,
    up: `CREATE TABLE idempotency_keys (
           key TEXT PRIMARY KEY,
           request_hash TEXT NOT NULL,
           task_id TEXT NOT NULL
         ) STRICT, WITHOUT ROWID;`,
  },
];

export const KEY_GUARD = 'tasks.idempotencyKey';

/** Remembers which request a caller's key stood for, in the same commit as the task that came of it. */
export class IdempotencyKeys {
  private readonly reader: Kysely<IdempotencyTables>;

  private constructor(database: Database) {
    this.reader = database.reader<IdempotencyTables>();
  }

  /** Brings its table up to date. */
  static async open(database: Database): Promise<IdempotencyKeys> {
    await database.migrate('tasks', migrations);
    return new IdempotencyKeys(database);
  }

  /** Refused by KEY_GUARD when the key was used before. */
  remember(key: string, request: unknown, taskId: string): GuardedStatement {
    return {
      sql: 'INSERT INTO idempotency_keys (key, request_hash, task_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      // Only its hash: what a caller sends as a key may be a secret.
      parameters: [sha256(key), hashOf(request), taskId],
      guard: { name: KEY_GUARD, rows: 1 },
    };
  }

  /** The task that the key stands for, and whether it was asked for with the same request; null for a new key. */
  async find(key: string, request: unknown): Promise<{ taskId: string; sameRequest: boolean } | null> {
    const row = await this.reader
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('key', '=', sha256(key))
      .executeTakeFirst();
    return row ? { taskId: row.task_id, sameRequest: row.request_hash === hashOf(request) } : null;
  }
}

function hashOf(request: unknown): string {
  return sha256(JSON.stringify(request));
}
