/** What the holder of a key may: viewers read, operators act, workers do the work of workers, admins all of it. */
export type KeyRole = 'viewer' | 'operator' | 'worker' | 'admin';

/** What is known of a key: everything but the key. */
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly createdAt: string;
  /** The name of the key it was made with. */
  readonly createdBy: string;
  /** To the minute; null: never. */
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** A new key, which nobody can be told again. */
export interface CreatedKey extends Key {
  readonly key: string;
}
