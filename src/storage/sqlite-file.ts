import { Connection } from './connection.ts';
import { failureOf } from './failure.ts';
import { diagnosed } from './file-identity.ts';
import type { Columns, SqlValue } from './statement.ts';
import { toError } from './storage.errors.ts';

/** A database file that is only looked at, as it is, also when it is damaged or somebody else writes to it. */
export class SqliteFile implements Disposable {
  readonly path: string;
  private readonly connection: Connection;

  /** Throws StoreUnavailableError. */
  constructor(path: string) {
    this.path = path;
    this.connection = this.reading(() => new Connection(path, 'reader'));
  }

  /** All rows of a SELECT as arrays. Throws StoreUnavailableError, with cause `damaged` where the file is. */
  select(sql: string, parameters: readonly SqlValue[] = []): readonly Columns[] {
    return this.reading(() => this.connection.prepare(sql, 'arrays').all(...parameters) as unknown as Columns[]);
  }

  /** The same one by one, until the caller stops. */
  *iterate(sql: string, parameters: readonly SqlValue[] = []): Generator<Columns, void, undefined> {
    const rows = this.reading(() => this.connection.prepare(sql, 'arrays').iterate(...parameters));
    try {
      for (;;) {
        const next = this.reading(() => rows.next());
        if (next.done) return;
        yield next.value as unknown as Columns;
      }
    } finally {
      rows.return?.();
    }
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }

  private reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw toError(diagnosed(failureOf(error), this.path), this.path);
    }
  }
}
