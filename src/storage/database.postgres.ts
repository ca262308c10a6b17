import { HandleEmptyInListsPlugin, Kysely, replaceWithNoncontingentExpression } from 'kysely';
import type pg from 'pg';
import { AppError, messageOf } from '../kernel/errors.ts';
import { endPool, readerPool, shownUrl, writerPool } from './connection.postgres.ts';
import { Database, type DatabaseSize } from './database.ts';
import { postgresFailureOf } from './failure.postgres.ts';
import { Gathering, type Settled } from './gathering.ts';
import { postgresReaderDialect } from './kysely-dialect.postgres.ts';
import { migrateOnPostgres } from './migrate.postgres.ts';
import { type Migration, stepsIn } from './migration.ts';
import { Notices } from './notices.postgres.ts';
import type { Columns, GuardedStatement, Row, SqlValue } from './statement.ts';
import { DatabaseUnfitError, StoreClosedError, toError } from './storage.errors.ts';
import { keepable } from './values.postgres.ts';
import { type PostgresValue, WriteSession } from './write-session.postgres.ts';

export interface PostgresDatabaseOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
}

/** All writes of all processes on a database wait for one another at this lock, so that each sees what was before it. */
const WRITE_LOCK = 0x7461736b;

/** Any other could not keep all characters. */
const ENCODING = 'UTF8';

const wrongEncoding = (found: string) =>
  `its encoding is ${found}. Make one of ${ENCODING} (\`createdb --encoding=${ENCODING} --template=template0\`), and name it in DATABASE_URL`;

/**
 * One database of a PostgreSQL server: some connections for reading, and one that commits whatever has gathered, one
 * transaction after the other. A lost connection is made anew by whoever needs it next.
 */
export class PostgresDatabase extends Database {
  override readonly dialect = 'postgres';
  /** The server and database as they may be shown. */
  readonly name: string;

  private readonly readers: pg.Pool;
  private readonly writers: pg.Pool;
  private readonly kysely: Kysely<unknown>;
  private readonly notices: Notices;
  private readonly writes = new Gathering((group: readonly (readonly GuardedStatement[])[]) => this.commit(group));
  private readonly underWay = new Set<Promise<unknown>>();
  private closed: Promise<void> | null = null;

  private constructor(url: string) {
    super();
    this.name = shownUrl(url);
    this.readers = readerPool(url);
    this.writers = writerPool(url);
    this.notices = new Notices(url);
    this.kysely = new Kysely({
      dialect: postgresReaderDialect({
        connect: () => this.connectReader(),
        errorOf: (error) => this.errorOf(error),
      }),
      // None of nothing, as in SQLite: PostgreSQL has no empty lists.
      plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
    });
  }

  /** Connects once, to find out whether it can be used. Rejects with StoreUnavailableError or DatabaseUnfitError. */
  static async open({ url }: PostgresDatabaseOptions): Promise<PostgresDatabase> {
    const database = fitting(() => new PostgresDatabase(url));
    try {
      const [row] = await database.query(`SELECT current_setting('server_encoding')`);
      if (row?.[0] !== ENCODING) throw new DatabaseUnfitError(database.name, wrongEncoding(String(row?.[0])));
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  override reader<Tables>(): Kysely<Tables> {
    // One untyped instance serves all; each module sees its own tables.
    return this.kysely as unknown as Kysely<Tables>;
  }

  /** The rows of a SELECT as arrays; parameters are `$1`, `$2` … Rejects with StoreUnavailableError. */
  async query(text: string, values: readonly PostgresValue[] = []): Promise<readonly Columns[]> {
    if (this.closed) throw new StoreClosedError(this.name);
    try {
      const { rows } = await this.readers.query<SqlValue[]>({ text, values: keepable(values), rowMode: 'array' });
      return rows;
    } catch (error) {
      throw this.errorOf(error);
    }
  }

  /**
   * Runs work as one transaction, after all writes before it, and resolves with its answer once it is on disk. What the
   * work throws undoes it.
   */
  transaction<T>(work: (session: WriteSession) => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(new StoreClosedError(this.name));
    const done = this.perform(work);
    this.underWay.add(done);
    const end = () => this.underWay.delete(done);
    done.then(end, end);
    return done;
  }

  override async write(statements: readonly GuardedStatement[]): Promise<Row[][]> {
    if (this.closed) throw new StoreClosedError(this.name);
    return this.writes.add(statements);
  }

  override migrate(module: string, migrations: readonly Migration[]): Promise<void> {
    const steps = stepsIn(this.dialect, migrations);
    return this.transaction((session) => migrateOnPostgres(session, this.name, module, steps));
  }

  /** Calls back at each NOTIFY on a channel, until it is told to stop. A notice may be lost: look now and then, too. */
  listen(channel: string, heard: () => void): () => void {
    return this.notices.listen(channel, heard);
  }

  override async size(): Promise<DatabaseSize> {
    const [row] = await this.query('SELECT pg_database_size(current_database())');
    return { database: Number(row?.[0]), log: 0 };
  }

  override close(): Promise<void> {
    this.closed ??= this.shutDown();
    return this.closed;
  }

  private async shutDown(): Promise<void> {
    await this.writes.settled();
    await Promise.allSettled(this.underWay);
    await Promise.all([this.notices.close(), endPool(this.readers), endPool(this.writers)]);
  }

  private async connectReader(): Promise<pg.PoolClient> {
    if (this.closed) throw new StoreClosedError(this.name);
    return this.readers.connect();
  }

  /** Each write is refused or kept by itself. */
  private commit(group: readonly (readonly GuardedStatement[])[]): Promise<readonly Settled<Row[][]>[]> {
    return this.perform(async (session) => {
      const outcomes: Settled<Row[][]>[] = [];
      for (const statements of group) outcomes.push(await this.settle(session, () => session.apply(statements)));
      return outcomes;
    });
  }

  /** Work apart from the rest of its transaction; throws only what ends the transaction as a whole. */
  private async settle<T>(session: WriteSession, work: () => Promise<T>): Promise<Settled<T>> {
    try {
      return { result: await session.apart(work) };
    } catch (error) {
      if (postgresFailureOf(error).kind === 'unavailable') throw error;
      return { error: this.errorOf(error) };
    }
  }

  private async perform<T>(work: (session: WriteSession) => Promise<T>): Promise<T> {
    let client: pg.PoolClient;
    try {
      client = await this.writers.connect();
    } catch (error) {
      throw this.errorOf(error);
    }
    const session = new WriteSession(client);
    session.send(`BEGIN; SELECT pg_advisory_xact_lock(${WRITE_LOCK})`);
    const outcome = await settledOf(() => work(session));
    const ended = client.query('result' in outcome ? 'COMMIT' : 'ROLLBACK');
    // Whoever writes next may ask already: the server deals with it after this.
    client.release();
    try {
      const [end] = await Promise.allSettled([ended]);
      if ('error' in outcome) throw outcome.error;
      await session.sent();
      if (end.status === 'rejected') throw end.reason;
      // A transaction in which something went wrong unnoticed is rolled back instead.
      if (end.value.command !== 'COMMIT')
        throw new Error('The transaction was rolled back, as a statement of it had failed.');
      return outcome.result;
    } catch (error) {
      throw this.errorOf(session.causeOf(error));
    }
  }

  /** What a thrown value means, in the words of this module. */
  errorOf(error: unknown): AppError {
    if (error instanceof AppError) return error;
    return this.closed ? new StoreClosedError(this.name) : toError(postgresFailureOf(error), this.name);
  }
}

/** What a URL asks for may be missing: the file of a certificate, say. */
function fitting<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new DatabaseUnfitError('of DATABASE_URL', `${messageOf(error)}. Correct the URL`);
  }
}

async function settledOf<T>(work: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { result: await work() };
  } catch (error) {
    return { error };
  }
}
