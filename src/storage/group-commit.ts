import type { Connection } from './connection.ts';
import { failureOf, problemOf } from './failure.ts';
import type { Outcome, WriteRequest } from './messages.ts';
import { WriteTransaction } from './write-transaction.ts';

/** A write of a higher floor: runs to its end inside the writer's transaction, and answers plain data. */
export type WriteCommand = (transaction: WriteTransaction, input: unknown) => unknown;

/** A write without a savepoint failed, so only undoing the whole group takes its changes back: each is then tried alone. */
class GroupSpoiled extends Error {}

/** Commits what has gathered in one transaction, with one sync of the disk. */
export class GroupCommit {
  private readonly connection: Connection;
  private readonly commands: ReadonlyMap<number, WriteCommand>;

  constructor(connection: Connection, commands: ReadonlyMap<number, WriteCommand>) {
    this.connection = connection;
    this.commands = commands;
  }

  /**
   * Commits the writes as one transaction; a write that is refused leaves no trace and hurts no other. Answers one
   * outcome for each, in order, and only after the disk has them.
   */
  commit(writes: readonly WriteRequest[]): Outcome[] {
    try {
      return this.commitTogether(writes);
    } catch (error) {
      this.rollBack();
      if (error instanceof GroupSpoiled && writes.length > 1) return writes.flatMap((write) => this.commit([write]));
      const cause = error instanceof GroupSpoiled ? error.cause : error;
      const failure = failureOf(cause);
      return writes.map(({ id }) => ({ id, failure }));
    }
  }

  private commitTogether(writes: readonly WriteRequest[]): Outcome[] {
    this.connection.prepare('BEGIN IMMEDIATE').run();
    const outcomes = writes.map((write) => this.perform(write));
    this.connection.prepare('COMMIT').run();
    return outcomes;
  }

  private perform(write: WriteRequest): Outcome {
    const transaction = new WriteTransaction(this.connection);
    try {
      const result = 'statements' in write ? transaction.apply(write.statements) : this.run(transaction, write);
      transaction.release();
      return { id: write.id, result };
    } catch (error) {
      // A disk that is full or broken ends the transaction as a whole: SQLite may have rolled it back already.
      if (problemOf(error) || !this.connection.database.isTransaction) throw error;
      if (!transaction.undo()) throw new GroupSpoiled('spoiled', { cause: error });
      return { id: write.id, failure: failureOf(error) };
    }
  }

  private run(transaction: WriteTransaction, { command, input }: { command: number; input: unknown }): unknown {
    const perform = this.commands.get(command);
    if (!perform) throw new Error(`Command ${command} was not loaded.`);
    return perform(transaction, input);
  }

  private rollBack(): void {
    if (this.connection.database.isTransaction) this.connection.database.exec('ROLLBACK');
  }
}
