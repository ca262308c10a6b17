import type { MigrationStep } from './migration.ts';
import { DatabaseTooNewError } from './storage.errors.ts';
import type { WriteSession } from './write-session.postgres.ts';

/**
 * Brings a module's tables up to date, inside a transaction that others wait for: several processes may start at once.
 * Rejects with DatabaseTooNewError when the database knows more migrations than the program.
 */
export async function migrateOnPostgres(
  session: WriteSession,
  name: string,
  module: string,
  migrations: readonly MigrationStep[],
): Promise<void> {
  const latest = migrations.at(-1)?.id ?? 0;
  await session.run(
    `CREATE TABLE IF NOT EXISTS migrations (
       module text NOT NULL,
       id integer NOT NULL,
       applied_at text NOT NULL,
       PRIMARY KEY (module, id)
     )`,
  );
  const [row] = await session.query('SELECT coalesce(max(id), 0) FROM migrations WHERE module = $1', [module]);
  const found = Number(row?.[0]);
  if (found > latest) throw new DatabaseTooNewError(name, module, latest, found);
  for (const { id, up } of migrations) {
    if (id <= found) continue;
    await session.run(up);
    await session.query('INSERT INTO migrations (module, id, applied_at) VALUES ($1, $2, $3)', [
      module,
      id,
      new Date().toISOString(),
    ]);
  }
}
