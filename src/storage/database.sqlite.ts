import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { Kysely } from 'kysely';
import { systemCodeOf } from '../kernel/errors.ts';
import { Connection } from './connection.ts';
import { failureOf } from './failure.ts';
import { diagnosed } from './file-identity.ts';
import { readerDialect } from './kysely-dialect.sqlite.ts';
import { Database, type DatabaseSize } from './database.ts';
import { type Migration, stepsIn } from './migration.ts';
import type { Columns, GuardedStatement, Row, SqlValue } from './statement.ts';
import { StoreClosedError, toError } from './storage.errors.ts';
import { Writer } from './writer.ts';

export interface SqliteDatabaseOptions {
  /** The database file; its directory must exist. */
  readonly path: string;
}

/** A command that was loaded into the writer thread, with the types of its input and its answer. */
export interface LoadedCommand<Input, Output> {
  readonly number: number;
  /** Only for the compiler: what the command takes and gives. */
  readonly types?: (input: Input) => Output;
}

/**
 * One SQLite file: a connection for reading on this thread, and a writer on a thread of its own that commits whatever
 * has gathered with one sync. Knows nothing of what a table means.
 */
export class SqliteDatabase extends Database {
  override readonly dialect = 'sqlite';

  private readonly kysely: Kysely<unknown>;
  private closed: Promise<void> | null = null;

  readonly path: string;
  private readonly writer: Writer;
  private readonly connection: Connection;

  private constructor(path: string, writer: Writer, connection: Connection) {
    super();
    this.path = path;
    this.writer = writer;
    this.connection = connection;
    this.kysely = new Kysely({ dialect: readerDialect(connection) });
  }

  /**
   * Opens the file, or creates it. Rejects with StoreUnavailableError when it cannot be written or is no intact
   * database; such a file is left as it is.
   */
  static async open(options: SqliteDatabaseOptions): Promise<SqliteDatabase> {
    const path = isAbsolute(options.path) ? options.path : resolve(options.path);
    const writer = await Writer.open(path);
    try {
      return new SqliteDatabase(path, writer, new Connection(path, 'reader'));
    } catch (error) {
      await writer.close();
      throw toError(diagnosed(failureOf(error), path), path);
    }
  }

  override reader<Tables>(): Kysely<Tables> {
    // One untyped instance serves all; each module sees its own tables.
    return this.kysely as unknown as Kysely<Tables>;
  }

  /** All rows of a SELECT, at once and as arrays: the fast way for long pages. Throws StoreUnavailableError. */
  select(sql: string, parameters: readonly SqlValue[] = []): readonly Columns[] {
    return this.reading(() => this.connection.prepare(sql, 'arrays').all(...parameters) as unknown as Columns[]);
  }

  /** Grows whenever anybody else, the writer included, has committed: what to look at before reading again. */
  dataVersion(): number {
    return Number(this.select('PRAGMA data_version')[0]?.[0]);
  }

  override write(statements: readonly GuardedStatement[]): Promise<Row[][]> {
    return this.writer.write(statements);
  }

  /**
   * Loads a file whose default export is a WriteCommand into the writer thread: erasable TypeScript, or JavaScript.
   * The types are the caller's word for what the command takes and gives; both must be plain data.
   */
  async load<Input, Output>(url: URL): Promise<LoadedCommand<Input, Output>> {
    return { number: await this.writer.load(url.href) };
  }

  /** Runs a loaded command inside the writer's transaction and resolves with its answer once all is on disk. */
  execute<Input, Output>(command: LoadedCommand<Input, Output>, input: Input): Promise<Output> {
    return this.writer.execute(command.number, input) as Promise<Output>;
  }

  override migrate(module: string, migrations: readonly Migration[]): Promise<void> {
    return this.writer.migrate(module, stepsIn(this.dialect, migrations));
  }

  override async size(): Promise<DatabaseSize> {
    const [database, log] = await Promise.all([sizeOf(this.path), sizeOf(`${this.path}-wal`)]);
    return { database, log };
  }

  /** Folds the log into the file, too, and ends the thread. */
  override close(): Promise<void> {
    this.closed ??= this.shutDown();
    return this.closed;
  }

  private async shutDown(): Promise<void> {
    this.connection.close();
    await this.writer.close();
  }

  private reading<T>(read: () => T): T {
    if (this.closed) throw new StoreClosedError(this.path);
    try {
      return read();
    } catch (error) {
      throw toError(diagnosed(failureOf(error), this.path), this.path);
    }
  }
}

/** 0 where there is no such file: a write-ahead log comes and goes. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
