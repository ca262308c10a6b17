import type { Connection } from './connection.ts';
import type { Failure } from './failure.ts';
import type { MigrationStep } from './migration.ts';

/** A database that a newer version has written. */
export class NewerSchema extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super('The database is newer than the program.');
    this.failure = failure;
  }
}

/**
 * Brings a module's tables up to date, in one transaction that others wait for: several processes may start at once.
 * Throws NewerSchema when the file knows more migrations than the program.
 */
export function migrate(connection: Connection, module: string, migrations: readonly MigrationStep[]): void {
  const { database } = connection;
  const latest = migrations.at(-1)?.id ?? 0;
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(
      `CREATE TABLE IF NOT EXISTS migrations (
         module TEXT NOT NULL,
         id INTEGER NOT NULL,
         applied_at TEXT NOT NULL,
         PRIMARY KEY (module, id)
       ) STRICT, WITHOUT ROWID`,
    );
    const row = database.prepare('SELECT coalesce(max(id), 0) AS id FROM migrations WHERE module = ?').get(module);
    const found = Number(row?.id);
    if (found > latest) throw new NewerSchema({ kind: 'newer', module, known: latest, found });
    for (const { id, up } of migrations) {
      if (id <= found) continue;
      database.exec(up);
      database
        .prepare(`INSERT INTO migrations (module, id, applied_at) VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ'))`)
        .run(module, id);
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
