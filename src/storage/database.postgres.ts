import { Kysely, PostgresDialect } from 'kysely';
import { DatabaseError, Pool, type PoolClient, type QueryArrayResult, types } from 'pg';
import { Database } from './database.ts';
import { GuardRefusal } from './failure.ts';
import { failureOfPostgres } from './failure.postgres.ts';
import { NewerSchema } from './migrate.ts';
import { type Migration, sqlOf } from './migration.ts';
import { positional } from './positional.ts';
import type { GuardedStatement, Row } from './statement.ts';
import { StoreClosedError, toError } from './storage.errors.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Connections at the most. Default: 10. */
  readonly connections?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Any number: the same for all who migrate one database. */
const MIGRATION_LOCK = 20_483_001;

/** Numbers as they are everywhere else; all that is stored here is within the safe integers. */
const INT8 = 20;
const parsers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : (types.getTypeParser(oid, format) as (value: string) => unknown),
} as typeof types;

/** A PostgreSQL database, which several servers may share. */
export class PostgresDatabase extends Database {
  readonly dialect = 'postgres';
  /** The address without its password: for messages. */
  readonly name: string;
  private readonly pool: Pool;
  private readonly kysely: Kysely<unknown>;
  private closed: Promise<void> | null = null;

  private constructor(url: string, pool: Pool) {
    super();
    this.name = withoutPassword(url);
    this.pool = pool;
    this.kysely = new Kysely({ dialect: new PostgresDialect({ pool }) });
  }

  /** Rejects with StoreUnavailableError when the server cannot be reached or does not let us in. */
  static async open({ url, connections = 10 }: PostgresOptions): Promise<PostgresDatabase> {
    const pool = new Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      types: parsers,
      application_name: 'taskloom',
    });
    // A connection that breaks while nobody uses it: the next use opens another, and reports what is wrong.
    pool.on('error', () => undefined);
    const database = new PostgresDatabase(url, pool);
    try {
      await database.query('SELECT 1');
      return database;
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  override reader<Tables>(): Kysely<Tables> {
    // One untyped instance serves all; each module sees its own tables.
    return this.kysely as unknown as Kysely<Tables>;
  }

  /** The rows of one statement, each an array of its columns. Rejects with StoreUnavailableError. */
  query(sql: string, parameters: readonly unknown[] = []): Promise<readonly (readonly unknown[])[]> {
    return this.using((client) => queryRows(client, sql, parameters));
  }

  /** Runs what it is given in one transaction on one connection. Rejects as it does, or with StoreUnavailableError. */
  transaction<T>(run: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.using(async (client) => {
      await client.query('BEGIN');
      try {
        const result = await run(client);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  /** A connection of one's own until it is released; for waiting on notifications. */
  connect(): Promise<PoolClient> {
    return this.pool.connect();
  }

  override write(statements: readonly GuardedStatement[]): Promise<Row[][]> {
    return this.transaction((client) => applyStatements(client, statements));
  }

  override async migrate(module: string, migrations: readonly Migration[]): Promise<void> {
    await this.transaction(async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await client.query(`CREATE TABLE IF NOT EXISTS migrations (
        module text NOT NULL, id integer NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (module, id))`);
      const [row] = await queryRows(client, 'SELECT coalesce(max(id), 0) FROM migrations WHERE module = $1', [module]);
      const found = Number(row?.[0] ?? 0);
      const known = migrations.at(-1)?.id ?? 0;
      if (found > known) throw new NewerSchema({ kind: 'newer', module, known, found });
      for (const migration of migrations) {
        if (migration.id <= found) continue;
        await client.query(sqlOf(migration, 'postgres'));
        await client.query('INSERT INTO migrations (module, id) VALUES ($1, $2)', [module, migration.id]);
      }
    });
  }

  override close(): Promise<void> {
    this.closed ??= this.pool.end();
    return this.closed;
  }

  private async using<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    if (this.closed) throw new StoreClosedError(this.name);
    let client: PoolClient | null = null;
    try {
      client = await this.pool.connect();
      const result = await use(client);
      client.release();
      return result;
    } catch (error) {
      // A connection that failed is not used again.
      client?.release(failureOfPostgres(error).kind === 'unavailable');
      throw this.explained(error);
    }
  }

  /** Errors of the database in our words; what else was thrown stays what it is. */
  private explained(error: unknown): unknown {
    if (error instanceof NewerSchema) return toError(error.failure, this.name);
    const failure = failureOfPostgres(error);
    const isOfDatabase = failure.kind !== 'statement' || error instanceof DatabaseError;
    return isOfDatabase ? toError(failure, this.name) : error;
  }
}

/** Statements with their guards on a connection; the rows of each one's RETURNING. Throws GuardRefusal. */
export async function applyStatements(client: PoolClient, statements: readonly GuardedStatement[]): Promise<Row[][]> {
  const answers: Row[][] = [];
  for (const { sql, parameters, guard } of statements) {
    const { rows, rowCount } = await client.query<Row>(positional(sql), [...parameters]);
    if (guard && rowCount !== guard.rows) throw new GuardRefusal(guard.name, guard.rows, rowCount ?? 0);
    answers.push(rows);
  }
  return answers;
}

export async function queryRows(
  client: PoolClient,
  text: string,
  values: readonly unknown[],
): Promise<readonly (readonly unknown[])[]> {
  const result: QueryArrayResult = await client.query({ text, values: [...values], rowMode: 'array' });
  return result.rows;
}

function withoutPassword(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
