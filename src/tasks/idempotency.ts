import type { Kysely } from 'kysely';
import { systemClock } from '../kernel/clock.ts';
import type { Json } from '../kernel/json.ts';
import { type Database, type GuardedStatement, GuardFailedError, type Migration } from '../storage/index.ts';
import { sha256 } from './task-files.ts';
import { IdempotencyKeyReusedError } from './tasks.errors.ts';

interface IdempotencyTables {
  idempotency_keys: { key: string; request_hash: string; task_id: string; outcome: string; expires_at: number };
}

const expiry = 'CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);';

const migrations: readonly Migration[] = [
  {
    id: 1,
    up: {
      sqlite: `CREATE TABLE idempotency_keys (
                 key TEXT PRIMARY KEY,
                 request_hash TEXT NOT NULL,
                 task_id TEXT NOT NULL
               ) STRICT, WITHOUT ROWID;`,
      postgres: `CREATE TABLE idempotency_keys (
                   key text COLLATE "C" PRIMARY KEY,
                   request_hash text NOT NULL,
                   task_id text NOT NULL
                 );`,
    },
  },
  {
    id: 2,
    up: {
      // Keys of before had no scope: no request could find them again.
      sqlite: `DELETE FROM idempotency_keys;
               ALTER TABLE idempotency_keys ADD COLUMN outcome TEXT NOT NULL DEFAULT 'null';
               ALTER TABLE idempotency_keys ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
               ${expiry}`,
      postgres: `ALTER TABLE idempotency_keys ADD COLUMN outcome text NOT NULL;
                 ALTER TABLE idempotency_keys ADD COLUMN expires_at bigint NOT NULL;
                 ${expiry}`,
    },
  },
];

const KEY_GUARD = 'tasks.idempotencyKey';
/** So many keys whose time is over go with each new one: more than come, and never much at once. */
const FORGOTTEN_AT_ONCE = 100;

/** How a request is made safe to repeat. */
export interface Once {
  /** The caller's name for the request. Default: each request is one of its own. */
  readonly idempotencyKey?: string | undefined;
  /** Whose key it is, and for what: the same key in another scope is another key. */
  readonly scope?: string | undefined;
  /** Called when the answer is that of an earlier request. */
  readonly onRepeat?: (() => void) | undefined;
}

/** What came of the first request with a key. */
export interface FirstOutcome {
  readonly taskId: string;
  readonly outcome: Json;
}

/** Remembers which request a caller's key stood for, in the same commit as what came of it, until its time is over. */
export class IdempotencyKeys {
  private readonly reader: Kysely<IdempotencyTables>;

  private constructor(
    database: Database,
    private readonly ttlMs: number,
  ) {
    this.reader = database.reader<IdempotencyTables>();
  }

  /** Brings its table up to date. */
  static async open(database: Database, { ttlMs }: { readonly ttlMs: number }): Promise<IdempotencyKeys> {
    await database.migrate('tasks', migrations);
    return new IdempotencyKeys(database, ttlMs);
  }

  /** To be committed with what comes of the request; refused where the key stands for another one (`isRepetition`). */
  remember(once: Once, request: unknown, { taskId, outcome }: FirstOutcome): readonly GuardedStatement[] {
    if (once.idempotencyKey === undefined) return [];
    const now = systemClock();
    const key = keyOf(once);
    return [
      { sql: 'DELETE FROM idempotency_keys WHERE key = ? AND expires_at <= ?', parameters: [key, now] },
      {
        sql: `DELETE FROM idempotency_keys WHERE key IN (
                SELECT key FROM idempotency_keys WHERE expires_at <= ? ORDER BY expires_at LIMIT ${FORGOTTEN_AT_ONCE})`,
        parameters: [now],
      },
      {
        sql: `INSERT INTO idempotency_keys (key, request_hash, task_id, outcome, expires_at) VALUES (?, ?, ?, ?, ?)
              ON CONFLICT DO NOTHING`,
        parameters: [key, hashOf(request), taskId, JSON.stringify(outcome), now + this.ttlMs],
        guard: { name: KEY_GUARD, rows: 1 },
      },
    ];
  }

  /** What came of the first request with the key; null for a new key, or none. Rejects with IdempotencyKeyReusedError. */
  async find(once: Once, request: unknown): Promise<FirstOutcome | null> {
    const { idempotencyKey, onRepeat } = once;
    if (idempotencyKey === undefined) return null;
    const row = await this.reader
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('key', '=', keyOf(once))
      .where('expires_at', '>', systemClock())
      .executeTakeFirst();
    if (!row) return null;
    if (row.request_hash !== hashOf(request)) throw new IdempotencyKeyReusedError(idempotencyKey);
    onRepeat?.();
    return { taskId: row.task_id, outcome: JSON.parse(row.outcome) as Json };
  }
}

/** Whether a commit was refused because its key was used before. */
export function isRepetition(error: unknown): boolean {
  return error instanceof GuardFailedError && error.guard === KEY_GUARD;
}

/** Only its hash is kept: what a caller sends as a key may be a secret. */
function keyOf({ idempotencyKey, scope }: Once): string {
  return sha256(JSON.stringify([scope ?? '', idempotencyKey]));
}

function hashOf(request: unknown): string {
  return sha256(JSON.stringify(request));
}
