import type { Configuration } from '../../kernel/configuration.ts';
import { messageOf } from '../../kernel/errors.ts';
import { PostgresDatabase } from '../../storage/index.ts';
import type { Finding } from './finding.ts';

const ABOUT = `
  SELECT has_schema_privilege(current_schema(), 'CREATE'), pg_is_in_recovery(),
    current_setting('server_version'), current_user, current_schema()`;

/** Which database the server keeps everything in, and whether it answers and may be written. */
export async function checkDatabase({ DATABASE_URL }: Pick<Configuration, 'DATABASE_URL'>): Promise<Finding> {
  const check = 'database';
  if (DATABASE_URL === undefined) return { check, status: 'ok', detail: 'SQLite, in the data directory', cure: null };
  try {
    const database = await PostgresDatabase.open({ url: DATABASE_URL });
    try {
      return { check, ...(await aboutOf(database)) };
    } finally {
      await database.close();
    }
  } catch (error) {
    const cure = 'Correct DATABASE_URL, or start that server; where it is unset, SQLite is used.';
    return { check, status: 'fault', detail: messageOf(error), cure };
  }
}

async function aboutOf(database: PostgresDatabase): Promise<Omit<Finding, 'check'>> {
  const startedAt = performance.now();
  const [row = []] = await database.query(ABOUT);
  const [mayCreate, isReplica, ...words] = row;
  const [version, user, schema] = words.map((word) => (word === null ? 'public' : String(word)));
  const detail = `PostgreSQL ${version} at ${database.name}`;
  if (isReplica) {
    return {
      status: 'fault',
      detail: `${detail} is a replica, which takes no writes`,
      cure: 'Set DATABASE_URL to the primary server.',
    };
  }
  if (!mayCreate) {
    return {
      status: 'fault',
      detail: `${detail}: ${user} may not make tables in the schema ${schema}`,
      cure: `Let it: GRANT CREATE ON SCHEMA ${schema} TO ${user}; or make it the owner of the database.`,
    };
  }
  return { status: 'ok', detail: `${detail} answers in ${Math.ceil(performance.now() - startedAt)} ms`, cure: null };
}
