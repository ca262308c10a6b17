import type { StatementSync } from 'node:sqlite';
import type { Connection } from './connection.ts';
import { GuardRefusal } from './failure.ts';
import type { GuardedStatement, Row, SqlValue } from './statement.ts';

/**
 * What a command works with inside the writer's transaction. A command that only refuses before its first change needs
 * nothing else; one that may be refused after a change calls `savepoint` first, so that it takes its changes back alone.
 */
export class WriteTransaction {
  private readonly connection: Connection;
  private open = false;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** A prepared statement, kept for the next time. */
  statement(sql: string, rowsAs?: 'objects' | 'arrays'): StatementSync {
    return this.connection.prepare(sql, rowsAs);
  }

  /** From here on whatever throws undoes this write and no other of its group. Safe to repeat. */
  savepoint(): void {
    if (this.open) return;
    this.statement('SAVEPOINT write').run();
    this.open = true;
  }

  /** Runs statements with their guards; answers the rows of each one's RETURNING. */
  apply(statements: readonly GuardedStatement[]): Row[][] {
    if (statements.length > 1 || statements[0]?.guard) this.savepoint();
    return statements.map((statement) => this.applyOne(statement));
  }

  /** Keeps the changes of this write, as part of the group. */
  release(): void {
    if (!this.open) return;
    this.statement('RELEASE write').run();
    this.open = false;
  }

  /** Undoes this write alone. False: it set no savepoint, so what it may have changed cannot be told apart. */
  undo(): boolean {
    if (!this.open) return false;
    this.statement('ROLLBACK TO write').run();
    this.release();
    return true;
  }

  private applyOne({ sql, parameters, guard }: GuardedStatement): Row[] {
    const prepared = this.statement(sql);
    const values = parameters as SqlValue[];
    const returns = this.connection.returnsRows(prepared);
    const rows = returns ? (prepared.all(...values) as Row[]) : [];
    const changed = returns ? rows.length : Number(prepared.run(...values).changes);
    if (guard && changed !== guard.rows) throw new GuardRefusal(guard.name, guard.rows, changed);
    return rows;
  }
}
