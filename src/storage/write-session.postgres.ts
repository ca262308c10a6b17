import type { ClientBase, QueryArrayResult } from 'pg';
import { GuardRefusal } from './failure.ts';
import { numbered } from './placeholders.ts';
import type { Columns, GuardedStatement, Row, SqlValue } from './statement.ts';
import { keepable } from './values.postgres.ts';

/** A parameter of PostgreSQL: also a whole column of values, for `unnest`. */
export type PostgresValue = SqlValue | readonly SqlValue[];

/** What a write works with inside its transaction. Queries are answered in the order they are asked. */
export class WriteSession {
  private readonly client: ClientBase;

  constructor(client: ClientBase) {
    this.client = client;
  }

  /** Rows as arrays. A statement with a name is planned once for each connection. */
  async query(text: string, values: readonly PostgresValue[] = [], name?: string): Promise<readonly Columns[]> {
    const query = { text, values: [...values], rowMode: 'array' as const, ...(name === undefined ? {} : { name }) };
    const { rows }: QueryArrayResult<SqlValue[]> = await this.client.query(query);
    return rows;
  }

  /** Any number of statements without parameters. */
  async run(text: string): Promise<void> {
    await this.client.query(text);
  }

  /** Runs statements with their guards; answers the rows of each one's RETURNING. What throws leaves their changes. */
  async apply(statements: readonly GuardedStatement[]): Promise<Row[][]> {
    const answers: Row[][] = [];
    for (const { sql, parameters, guard } of statements) {
      const { rows, rowCount } = await this.client.query<Row>(numbered(sql), keepable(parameters));
      if (guard && rowCount !== guard.rows) throw new GuardRefusal(guard.name, guard.rows, rowCount ?? 0);
      answers.push(rows);
    }
    return answers;
  }

  /** Runs work that may fail on its own: then it leaves no trace, and the rest of the transaction stands. */
  async apart<T>(work: () => Promise<T>): Promise<T> {
    await this.run('SAVEPOINT apart');
    try {
      const result = await work();
      await this.run('RELEASE SAVEPOINT apart');
      return result;
    } catch (error) {
      await this.run('ROLLBACK TO SAVEPOINT apart; RELEASE SAVEPOINT apart');
      throw error;
    }
  }
}
