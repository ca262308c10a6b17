import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { makePrivateFile } from './private-files.ts';

/** How long a connection waits for the lock of another process, in milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;
const MAX_CACHED_STATEMENTS = 500;

export type ConnectionRole = 'reader' | 'writer';

/** One connection with its prepared statements. */
export class Connection {
  readonly busyTimeoutMs = BUSY_TIMEOUT_MS;
  readonly database: DatabaseSync;
  private readonly statements = {
    objects: new Map<string, StatementSync>(),
    arrays: new Map<string, StatementSync>(),
  };
  private readonly returning = new WeakMap<StatementSync, boolean>();

  constructor(path: string, role: ConnectionRole) {
    if (role === 'writer') makePrivateFile(path);
    this.database = new DatabaseSync(path, { readOnly: role === 'reader', timeout: BUSY_TIMEOUT_MS });
    try {
      if (role === 'writer') this.database.exec(writerSettings);
      else this.database.exec('PRAGMA cache_size = -8192; PRAGMA query_only = ON;');
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  /** The prepared statement of some SQL; the same SQL is prepared once. `rowsAs` belongs to the statement's identity. */
  prepare(sql: string, rowsAs: 'objects' | 'arrays' = 'objects'): StatementSync {
    const statements = this.statements[rowsAs];
    const known = statements.get(sql);
    if (known) return known;
    const statement = this.database.prepare(sql);
    if (rowsAs === 'arrays') statement.setReturnArrays(true);
    if (statements.size >= MAX_CACHED_STATEMENTS) {
      const [oldest] = statements.keys();
      if (oldest !== undefined) statements.delete(oldest);
    }
    statements.set(sql, statement);
    return statement;
  }

  /** Whether a statement answers rows: a SELECT, or a change with RETURNING. */
  returnsRows(statement: StatementSync): boolean {
    let returns = this.returning.get(statement);
    if (returns === undefined) {
      returns = statement.columns().length > 0;
      this.returning.set(statement, returns);
    }
    return returns;
  }

  close(): void {
    for (const statements of Object.values(this.statements)) statements.clear();
    this.database.close();
  }
}

/**
 * WAL with a sync at every commit: what is committed survives a power cut, and readers never wait. The log is folded
 * back into the file every 1,000 pages, and its file is cut down to 16 MiB after a burst. A new file can give free pages
 * back.
 */
const writerSettings = `
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA cache_size = -32768;
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA journal_size_limit = 16777216;
`;
