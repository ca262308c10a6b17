import type { Role } from '../kernel/roles.ts';
import type { Database, GuardedStatement } from '../storage/index.ts';

/** What happens to a key, without anything of the key itself. */
export type KeyChange =
  | {
      readonly kind: 'created';
      readonly id: string;
      readonly name: string;
      readonly role: Role;
      /** ISO 8601; null: never. */
      readonly expiresAt: string | null;
      readonly by: string;
    }
  | { readonly kind: 'revoked'; readonly id: string; readonly name: string; readonly by: string };

/** Where changes of keys go: into the database, and with the same commit wherever else they are told of. */
export abstract class KeyLedger {
  /** All of it or nothing. Rejects with GuardFailedError as Database.write does. */
  abstract commit(change: KeyChange, statements: readonly GuardedStatement[]): Promise<void>;
}

/** Tells of them nowhere else. */
export class SilentKeyLedger extends KeyLedger {
  constructor(private readonly database: Database) {
    super();
  }

  override async commit(_change: KeyChange, statements: readonly GuardedStatement[]): Promise<void> {
    await this.database.write(statements);
  }
}
