import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database, GuardedStatement, Migration } from '../storage/index.ts';
import type { AuditEntry, SubjectKind } from './audit-entry.ts';

interface IndexTables {
  audit_index: { sequence: number; kind: string; subject: string; who: string; action: string; at: number };
  audit_cursor: { id: number; sequence: number; rules: string };
}

const columns = (integer: string) => `
  sequence ${integer} PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  who TEXT NOT NULL,
  action TEXT NOT NULL,
  at ${integer} NOT NULL`;

const rest = `
  CREATE INDEX audit_index_subject ON audit_index (subject, sequence);
  CREATE INDEX audit_index_who ON audit_index (who, sequence);
  CREATE INDEX audit_index_action ON audit_index (action, sequence);
  CREATE INDEX audit_index_at ON audit_index (at);
  INSERT INTO audit_cursor VALUES (1, 0, '');`;

const cursorColumns = (integer: string) =>
  `id INTEGER PRIMARY KEY CHECK (id = 1), sequence ${integer} NOT NULL, rules TEXT NOT NULL`;

const migrations: readonly Migration[] = [
  {
    id: 1,
    up: {
      sqlite: `CREATE TABLE audit_index (${columns('INTEGER')}) STRICT;
               CREATE TABLE audit_cursor (${cursorColumns('INTEGER')}) STRICT;${rest}`,
      postgres: `CREATE TABLE audit_index (${columns('bigint')});
                 CREATE TABLE audit_cursor (${cursorColumns('bigint')});${rest}`,
    },
  },
];

const CURSOR_GUARD = 'audit.cursor';

/** By what entries are found; all of it has to fit. */
export interface AuditFilter {
  readonly subject?: { readonly kind?: SubjectKind; readonly id: string } | undefined;
  readonly who?: string | undefined;
  /** Any of them. */
  readonly actions?: readonly string[] | undefined;
  /** Milliseconds since 1970, both included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/**
 * Which events of the log the audit log tells, and by what they are found. Holds nothing that the events do not say and
 * may be thrown away at any time: it is made again from the log.
 */
export class AuditIndex {
  private readonly reader: Kysely<IndexTables>;

  private constructor(private readonly database: Database) {
    this.reader = database.reader<IndexTables>();
  }

  /** Where `rules`, what decides on entries, are others than those of before, the index begins anew. */
  static async open(database: Database, rules: string): Promise<AuditIndex> {
    await database.migrate('audit', migrations);
    const index = new AuditIndex(database);
    const digest = hash('sha256', rules);
    if ((await index.stand()).rules !== digest) await index.empty(digest);
    return index;
  }

  /** The last event of the log that the index knows of. */
  async cursor(): Promise<number> {
    return (await this.stand()).sequence;
  }

  /** The cursor moves with what it has passed. Rejects with GuardFailedError where it does not stand at `from` any more. */
  async move(from: number, to: number, changes: readonly GuardedStatement[]): Promise<void> {
    const sql = 'UPDATE audit_cursor SET sequence = ? WHERE sequence = ?';
    await this.database.write([{ sql, parameters: [to, from], guard: { name: CURSOR_GUARD, rows: 1 } }, ...changes]);
  }

  /** Places in the log, the newest first before a place, or the oldest first after one. */
  async find(
    { subject, who, actions, since, until }: AuditFilter,
    { before, after, limit }: { readonly before?: number; readonly after?: number; readonly limit: number },
  ): Promise<readonly number[]> {
    let rows = this.reader.selectFrom('audit_index').select('sequence');
    if (subject) rows = rows.where('subject', '=', subject.id);
    if (subject?.kind) rows = rows.where('kind', '=', subject.kind);
    if (who !== undefined) rows = rows.where('who', '=', who);
    if (actions) rows = rows.where('action', 'in', actions);
    if (since !== undefined) rows = rows.where('at', '>=', since);
    if (until !== undefined) rows = rows.where('at', '<=', until);
    if (before !== undefined) rows = rows.where('sequence', '<', before);
    if (after !== undefined) rows = rows.where('sequence', '>', after);
    const found = await rows
      .orderBy('sequence', after === undefined ? 'desc' : 'asc')
      .limit(limit)
      .execute();
    return found.map(({ sequence }) => Number(sequence));
  }

  private async stand(): Promise<{ readonly sequence: number; readonly rules: string }> {
    const row = await this.reader.selectFrom('audit_cursor').select(['sequence', 'rules']).executeTakeFirstOrThrow();
    return { sequence: Number(row.sequence), rules: row.rules };
  }

  private async empty(rules: string): Promise<void> {
    await this.database.write([
      { sql: 'DELETE FROM audit_index', parameters: [] },
      { sql: 'UPDATE audit_cursor SET sequence = 0, rules = ?', parameters: [rules] },
    ]);
  }
}

export const indexChanges = {
  add({ sequence, kind, subject, who, action, at }: AuditEntry): GuardedStatement {
    return {
      sql: 'INSERT INTO audit_index (sequence, kind, subject, who, action, at) VALUES (?, ?, ?, ?, ?, ?)',
      parameters: [sequence, kind, subject, who, action, Date.parse(at)],
    };
  },

  /** What a stream held before a place: copies of what was done elsewhere. */
  drop(kind: SubjectKind, subject: string, before: number): GuardedStatement {
    return {
      sql: 'DELETE FROM audit_index WHERE kind = ? AND subject = ? AND sequence < ?',
      parameters: [kind, subject, before],
    };
  },
};
