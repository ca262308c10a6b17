import pg from 'pg';
import { CopyIn } from './copy-in.postgres.ts';
import { GuardRefusal } from './failure.ts';
import { numbered } from './placeholders.ts';
import type { Columns, GuardedStatement, Row, SqlValue } from './statement.ts';
import { keepable } from './values.postgres.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DIVISION_BY_ZERO = '22012';
const IN_FAILED_TRANSACTION = '25P02';

/** A parameter of PostgreSQL: also a whole column of values, for `unnest`. */
export type PostgresValue = SqlValue | readonly SqlValue[];

/**
 * What a write works with inside its transaction. Everything is sent at once and answered in the order it was asked; what
 * is only sent is waited for by `sent`, and by the commit.
 */
export class WriteSession {
  private readonly client: pg.ClientBase;
  private readonly underWay: Promise<unknown>[] = [];
  private failed: { readonly error: unknown } | null = null;

  constructor(client: pg.ClientBase) {
    this.client = client;
  }

  /** Rows as arrays. A statement with a name is planned once for each connection. */
  async query(text: string, values: readonly PostgresValue[] = [], name?: string): Promise<readonly Columns[]> {
    const query = { text, values: [...values], rowMode: 'array' as const, ...(name === undefined ? {} : { name }) };
    const { rows }: pg.QueryArrayResult<SqlValue[]> = await this.client.query(query);
    return rows;
  }

  /** Any number of statements without parameters. */
  async run(text: string): Promise<void> {
    await this.client.query(text);
  }

  /** The same as `query` and `run`, for what only has to succeed. */
  send(text: string, values?: readonly PostgresValue[], name?: string): void {
    this.expect(values ? this.query(text, values, name) : this.run(text));
  }

  /** A statement that divides by zero where its guard does not hold: then the write is refused with GuardFailedError. */
  sendGuarded(guard: string, text: string, values: readonly PostgresValue[], name: string): void {
    const refusal = (error: unknown): never => {
      throw codeOf(error) === DIVISION_BY_ZERO ? new GuardRefusal(guard, 1, 0) : error;
    };
    this.expect(this.query(text, values, name).catch(refusal));
  }

  /** Adds rows to a table by the fastest way that there is; `columns` in the order of each row's values. */
  copy(table: string, columns: string, rows: readonly (readonly SqlValue[])[]): void {
    this.expect(
      new Promise<void>((resolve, reject) => {
        const done = (error?: Error | null) => (error ? reject(error) : resolve());
        this.client.query(new CopyIn(`COPY ${table} (${columns}) FROM STDIN`, rows, done));
      }),
    );
  }

  /** Runs statements with their guards; answers the rows of each one's RETURNING. What throws leaves their changes. */
  async apply(statements: readonly GuardedStatement[]): Promise<Row[][]> {
    const asked = statements.map(({ sql, parameters }) => this.client.query<Row>(numbered(sql), keepable(parameters)));
    await Promise.allSettled(asked);
    const answers: Row[][] = [];
    for (const [index, { guard }] of statements.entries()) {
      const { rows = [], rowCount = 0 } = (await asked[index]) ?? {};
      if (guard && rowCount !== guard.rows) throw new GuardRefusal(guard.name, guard.rows, rowCount ?? 0);
      answers.push(rows);
    }
    return answers;
  }

  /** Runs work that may fail on its own: then it leaves no trace, and the rest of the transaction stands. */
  async apart<T>(work: () => Promise<T>): Promise<T> {
    this.send('SAVEPOINT apart');
    try {
      const result = await work();
      this.send('RELEASE SAVEPOINT apart');
      return result;
    } catch (error) {
      this.send('ROLLBACK TO SAVEPOINT apart; RELEASE SAVEPOINT apart');
      throw error;
    }
  }

  /** Resolves once everything that was sent has succeeded; rejects with what failed first. */
  async sent(): Promise<void> {
    await Promise.all(this.underWay);
    if (this.failed) throw this.failed.error;
  }

  /** Why something failed: of a transaction that has failed before, that failure. */
  causeOf(error: unknown): unknown {
    return this.failed && isConsequence(error) ? this.failed.error : error;
  }

  private expect(sent: Promise<unknown>): void {
    const failing = (error: unknown) => {
      if (!isConsequence(error)) this.failed ??= { error };
    };
    this.underWay.push(sent.catch(failing));
  }
}

/** The server refuses everything after a failure until the transaction ends. */
function isConsequence(error: unknown): boolean {
  return codeOf(error) === IN_FAILED_TRANSACTION;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}
